"""Step 2 of an import: what was recognised, and which column becomes what."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import data_tables, exhibits, state
from dashboard.importing import words
from dashboard.importing.batch import Batch
from dashboard.importing.drafts import (
    CONSTANTS,
    DATE_FORMS,
    NOTHING,
    TIME_ZONES,
    Draft,
    is_personal,
    is_used,
    target_codes,
)
from dashboard.importing.peek import Peek
from dashboard.importing.uploads import RefusalError
from dashboard.masking import mask_contacts, mask_text
from dashboard.notices import plain
from dashboard.texts import Speaker
from data.presets.suggest import ColumnSuggestion


def draw(batch: Batch, say: Speaker) -> None:
    """Draw the step."""
    _files(batch, say)
    _way(batch, say)
    if batch.way.kind == "own":
        _own(batch, say)
        return
    st.markdown(words.reason(batch.way, say))
    if batch.way.mapping is not None:
        with st.expander(say("import.what_becomes_what"), icon=":material/table:"):
            exhibits.grid(data_tables.mapping_table(batch.way.mapping, say).shown, alt=say("import.what_becomes_what"))
    _left_alone(batch, say)
    st.button(say("import.check"), type="primary", key="check", on_click=batch.check)


def _files(batch: Batch, say: Speaker) -> None:
    lines = [f"**{plain(one.header.name)}** :small[{words.encoding(one, say)}]" for one in batch.peeks.values()]
    st.markdown("  \n".join(f":material/draft: {line}" for line in lines))


def _way(batch: Batch, say: Speaker) -> None:
    """Draw the choice of how the files are read; the likeliest comes first."""
    if batch.way.kind == "own" and batch.ways[0].kind == "own":
        st.markdown(words.unrecognised(batch.recognition, say))
    labels = {way.code: words.way(way, say) for way in batch.ways}
    if len(labels) > 1:
        key = f"way-{say.language}"
        st.radio(
            say("import.how"),
            list(labels),
            index=list(labels).index(batch.way.code),
            format_func=labels.get,
            key=key,
            on_change=lambda: batch.choose(state.widget(key)),
        )
    if batch.rest:
        names = say("format.comma").join(plain(path.name) for path in batch.rest)
        st.info(say("import.rest", names=names), icon=":material/info:")


def _left_alone(batch: Batch, say: Speaker) -> None:
    """List what does not come in, with the reason."""
    recognised = batch.way.recognised
    if recognised is None:
        return
    lines = [
        say("import.left_out", table=say.word("tables", left.table), file=plain(left.file), reason=plain(left.reason))
        for left in recognised.fitted.left_out
    ]
    if lines:
        with st.expander(say("import.left_out_heading", n=len(set(lines))), icon=":material/block:"):
            st.markdown("\n".join(f"- {line}" for line in dict.fromkeys(lines)))
    if recognised.fitted.unused:
        with st.expander(say("import.unused", n=len(recognised.fitted.unused)), icon=":material/visibility_off:"):
            exhibits.grid(data_tables.unused_table(recognised.fitted.unused, say).shown, alt=say("import.unused_alt"))


def _own(batch: Batch, say: Speaker) -> None:
    one = batch.own_file
    st.markdown(say("import.own_caption"))
    chosen = _editor(batch, one, say)
    unused = [plain(column) for column in one.header.columns if column and not is_used(chosen.get(column))]
    if unused:
        st.markdown(f":small[{say('import.unused_columns', names=say('format.comma').join(unused))}]")
    left, right = st.columns(2)
    date_form = left.selectbox(
        say("import.dates"), list(DATE_FORMS), format_func=lambda code: say(f"date_form.{code}"), key="dates"
    )
    time_zone = right.selectbox(say("import.time_zone"), TIME_ZONES, index=_usual_zone(), key="zone")
    constants = _constants(chosen, say)
    draft = Draft(header=one.header, chosen=chosen, constants=constants, date_form=date_form, time_zone=time_zone)
    st.button(say("import.check"), type="primary", key="check", on_click=_check, args=(batch, draft))


def _editor(batch: Batch, one: Peek, say: Speaker) -> dict[str, str]:
    """Draw the table in which each column is given its meaning, and return the choices."""
    is_shown = st.toggle(say("import.show_personal"), key="show-personal")
    key = f"columns-{one.header.name}-{say.language}-{is_shown}"
    kept = f"base-{key}"
    if state.widget(key) is None:  # a table drawn anew starts from what was chosen so far
        state.keep(kept, dict(batch.choices()))
    base, suggestions = state.kept(kept), batch.suggestion().columns
    # Words rather than codes with a format: a screen reader is told the value itself.
    codes = {words.target(code, say): code for code in (NOTHING, *target_codes())}
    frame = pd.DataFrame(
        {
            "column": [suggestion.column for suggestion in suggestions],
            "examples": [_examples(one, suggestion, base, say, is_shown) for suggestion in suggestions],
            "target": [words.target(base[suggestion.column], say) for suggestion in suggestions],
            "why": [words.why(suggestion, say) for suggestion in suggestions],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["column", "examples", "why"],
        height="content" if len(frame) <= 30 else 600,
        alt=say("import.editor_alt"),
        column_config={
            "column": st.column_config.TextColumn(say("import.table.column")),
            "target": st.column_config.SelectboxColumn(
                say("import.table.target"),
                options=list(codes),
                required=True,
                width="medium",
            ),
            "examples": st.column_config.TextColumn(say("import.table.examples")),
            "why": st.column_config.TextColumn(say("import.table.why")),
        },
        column_order=["column", "target", "examples", "why"],
    )
    chosen = {
        column: codes.get(target, NOTHING) for column, target in zip(edited["column"], edited["target"], strict=True)
    }
    batch.chosen[batch.way.paths[0]] = chosen
    return chosen


def _examples(one: Peek, suggestion: ColumnSuggestion, base: dict[str, str], say: Speaker, is_shown: bool) -> str:
    """Return first values; those that may identify a person are hidden unless asked for."""
    values = one.examples.get(suggestion.column, ())
    if not is_shown:
        hide = mask_text if is_personal(base[suggestion.column]) else mask_contacts
        values = tuple(hide(value) for value in values)
    return say("format.separator").join(values)


def _constants(chosen: dict[str, str], say: Speaker) -> dict[str, str]:
    """Ask for what no column says but is the same for the whole file."""
    open_ones = [name for name in CONSTANTS if f"leads.{name}" not in chosen.values()]
    if not open_ones:
        return {}
    st.markdown(f"**{say('import.constants')}**  \n:small[{say('import.constants_help')}]")
    columns = st.columns(len(open_ones))
    return {
        name: column.text_input(
            say(f"target.leads.{name}"), placeholder=say(f"import.constant.{name}"), key=f"constant-{name}"
        )
        for name, column in zip(open_ones, columns, strict=True)
    }


def _check(batch: Batch, draft: Draft) -> None:
    try:
        batch.check(draft)
    except RefusalError as error:
        batch.error = error


def _usual_zone() -> int:
    """Return the position of the browser's own zone among those offered."""
    zone = st.context.timezone
    return TIME_ZONES.index(zone) if zone in TIME_ZONES else 0
