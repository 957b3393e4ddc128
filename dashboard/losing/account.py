"""Of the high scores that lost, how many did chance take, and what took the others?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from analysis.losses import Account
from analysis.rulesets import Ruleset
from analysis.selection import Selection
from dashboard import drilling, exhibits, loading, loading_losses, revealing, tables_losing
from dashboard.figures.losing import signed_figure, steps_figure
from dashboard.loading import Snapshot
from dashboard.losing import account_leads, words
from dashboard.texts import Speaker

_MOST_NAMES = 12


def draw(say: Speaker, current: Snapshot, selection: Selection, path: str) -> None:
    """Draw the account of the losses, what it rests on, and the names behind its parts."""
    stamp = loading.stamp_of(path)
    account = loading_losses.account(current, selection, path, stamp)
    points = loading.ruleset(path, stamp)
    st.subheader(say("losing.account.heading"), anchor=False)
    if not account.is_enough:
        counts = {"high": account.n_high, "lost": account.n_lost, "won": account.n_won}
        st.markdown(say("losing.account.too_few", **{name: say.count(n) for name, n in counts.items()}))
        return
    _sentences(account, points, say)
    _chart(account, say)
    offers = account_leads.offers(account, say, current, selection, path)
    drilling.leads(say, current, "account", offers)
    _rules(account, points, say)
    _levels(account, say)
    exhibits.facts(say("losing.account.premises"), tables_losing.premises_table(account, say))


def _sentences(account: Account, points: Ruleset, say: Speaker) -> None:
    lines = [f"**{words.opening(account, say)}**"]
    lines += [f"- **{line}**" for line in words.findings(account, say)]
    lines += [f"- {line}" for line in words.clear_rules(account, points, say)]
    last = [line for line in (words.wins_back(account, say), words.unrecorded(account, say)) if line]
    st.markdown("\n".join([lines[0], "", *lines[1:]]))
    for line in last:
        st.markdown(line)
    st.markdown(f":small[{words.unclear(account, say)}]")


def _chart(account: Account, say: Speaker) -> None:
    """Draw what went beyond the promise, cause by cause; what the promise leaves would dwarf it."""
    causes = account.causes[account.causes["low"] < account.causes["high"]]
    steps = [*causes["n_lost"], account.n_luck, account.n_lost - account.n_expected]
    bounds = [*zip(causes["low"], causes["high"], strict=True), (np.nan, np.nan), (np.nan, np.nan)]
    is_clear = [*causes["is_clear"], False, True]
    names = [say(f"losing.cause.{cause}.name") for cause in (*causes["cause"], "luck")] + [say("losing.beyond")]
    labels = [
        say("losing.account.row", name=name, n=say.signed(round(step))) for name, step in zip(names, steps, strict=True)
    ]
    # What the hatch says stands in the words, too; in the picture it would be cut off on a phone.
    said = [
        label if clear else say("losing.account.row_unclear", row=label)
        for label, clear in zip(labels, is_clear, strict=True)
    ]
    st.markdown(f":small[{say('losing.account.caption')}]")
    exhibits.chart(
        say,
        steps_figure(steps, bounds, is_clear, labels, [*causes["cause"], "lost", "lost"]),
        tables_losing.account_table(account, say),
        key="account",
        alt=say("losing.account.alt", parts=say("format.comma").join(said)),
        pick=drilling.pick("account"),
    )


def _rules(account: Account, points: Ruleset, say: Speaker) -> None:
    """Draw the part of the points by rule."""
    if len(account.rules) < 2:
        return
    st.markdown(f"**{say('losing.account.rules_heading')}**")
    st.markdown(f":small[{say('losing.account.rules_caption')}]")
    rows = account.rules
    names = [words.rule_label(points, rule, say) for rule in rows["rule_id"]]
    labels = [
        say("losing.account.row", name=name, n=say.signed(round(row.n_lost)))
        for name, row in zip(names, rows.itertuples(), strict=True)
    ]
    exhibits.chart(
        say,
        signed_figure(
            rows["n_lost"].tolist(), list(zip(rows["low"], rows["high"], strict=True)), rows["is_clear"].tolist(),
            labels, [f"rule.{rule}" for rule in rows["rule_id"]],
        ),
        tables_losing.named_table(rows, names, say),
        key="account-rules",
        alt=say("losing.account.alt", parts=say("format.comma").join(labels)),
        pick=drilling.pick("account", "account-rules"),
    )  # fmt: skip


def _levels(account: Account, say: Speaker) -> None:
    """Draw the other parts by source, fact, person and quarter; those that stand out first."""
    rows = account.levels[account.levels["cause"].isin(account_leads.NAMED) & (account.levels["n_leads"] > 0)]
    if rows.empty:
        return
    st.markdown(f"**{say('losing.account.levels_heading')}**")
    st.markdown(f":small[{say('losing.account.levels_caption')}]")
    is_revealed = revealing.button(say, "account-levels")
    order = np.lexsort((-rows["n_lost"].abs().to_numpy(), ~rows["is_clear"].to_numpy(dtype=bool)))
    rows = rows.iloc[order]
    shown = rows.head(max(_MOST_NAMES, int(rows["is_clear"].sum())))
    names = [words.level_name(row.cause, row.label, say, is_revealed=is_revealed) for row in shown.itertuples()]
    twin = tables_losing.named_table(shown, names, say)
    st.dataframe(twin.shown, hide_index=True, height="content", alt=say("losing.account.levels_heading"))
    exhibits.download(say, twin, "account-levels")
    if len(shown) < len(rows):
        st.markdown(f":small[{say('losing.account.levels_more', n=say.count(len(rows) - len(shown)))}]")
