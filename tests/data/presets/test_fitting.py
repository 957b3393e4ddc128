"""A preset asks a file only for what it has, and says what it cannot give."""

from data.presets import FileHeader, fit, preset


def header(name, *columns):
    return FileHeader(name=name, columns=columns)


def fitted_feeds(fitted, table):
    return [feed for feed in fitted.mapping.feeds if feed.table == table]


def test_columns_are_named_as_the_file_names_them():
    fitted = fit(preset("salesforce"), {"leads": [header("l.csv", "ID", "CREATED_DATE", "leadsource")]})
    (leads,) = fitted.mapping.feeds
    assert {name: cell.columns for name, cell in leads.cells.items()} == {
        "lead_id": ("ID",),
        "created_at": ("CREATED_DATE",),
        "source": ("leadsource",),
    }


def test_what_cannot_be_filled_is_left_out_with_the_reason():
    fitted = fit(preset("salesforce"), {"leads": [header("l.csv", "Id", "CreatedDate")]})
    assert {(item.table, item.reason) for item in fitted.left_out} == {
        ("handoffs", "handed_off_at needs a column ConvertedDate"),
        ("stage_events", "entered_at needs a column ConvertedDate"),
        ("scores", "scored_at needs a column pi__Pardot_Last_Scored_At__c"),
    }


def test_unused_columns_are_all_listed_with_a_reason():
    columns = ("Record ID", "Create Date", "Lifecycle Stage", "Billing Contact", "Billing Contact (2)", "Industry", "")
    fitted = fit(preset("hubspot"), {"contacts": [header("c.csv", *columns)]})
    assert [(item.column, item.reason) for item in fitted.unused] == [
        ("Lifecycle Stage", "the stage of today: when it was entered is in the Date entered columns"),
        ("Billing Contact", "not in the data contract"),
        ("Billing Contact (2)", "not in the data contract"),
    ]


def test_an_absent_column_is_empty_in_conditions():
    columns = ("リードID", "登録日", "会社名", "受注日", "商談化日")
    fitted = fit(preset("sales_list_ja"), {"list": [header("l.csv", *columns)]})
    won, opened = fitted_feeds(fitted, "deals")
    assert [(one.column, one.kind) for one in won.conditions] == [("受注日", "filled")]
    assert [(one.column, one.kind) for one in opened.conditions] == [("受注日", "empty"), ("商談化日", "filled")]


def test_several_files_of_one_kind_are_read_alike():
    columns = ("id", "lead_id", "activity_date", "activity_type_id", "primary_attribute_value")
    files = [header("open.csv", *columns), header("click [2].csv", *columns)]
    fitted = fit(preset("marketo"), {"activities": files})
    assert {file.alias: file.pattern for file in fitted.mapping.files.values()} == {
        "activities": "open.csv",
        "activities_2": "click [[]2].csv",
    }
    assert [feed.file for feed in fitted_feeds(fitted, "opt_outs")] == ["activities", "activities_2"]


def test_a_join_needs_its_file_and_its_column():
    opportunities = header("o.csv", "Id", "CreatedDate", "CloseDate", "IsWon", "IsClosed")
    leads = header("l.csv", "Id", "CreatedDate", "IsConverted")
    alone = fit(preset("salesforce"), {"opportunities": [opportunities]})
    assert {item.reason for item in alone.left_out} == {"lead_id needs the file of leads beside it"}
    unlinked = fit(preset("salesforce"), {"opportunities": [opportunities], "leads": [leads]})
    reasons = {item.reason for item in unlinked.left_out if item.table == "deals"}
    assert reasons == {"lead_id needs a column ConvertedOpportunityId in the file of leads"}


def test_a_report_of_opportunities_replaces_the_columns_beside_the_leads():
    leads = header("l.csv", "リードID", "作成日", "商談ID", "フェーズ", "取引開始日")
    opportunities = header("o.csv", "商談ID", "フェーズ", "作成日", "完了予定日")
    alone = fit(preset("salesforce_ja"), {"leads": [leads]})
    both = fit(preset("salesforce_ja"), {"leads": [leads], "opportunities": [opportunities]})
    assert {feed.file for feed in fitted_feeds(alone, "deals")} == {"leads"}
    assert {feed.file for feed in fitted_feeds(both, "deals")} == {"opportunities"}


def test_a_time_zone_can_be_given():
    fitted = fit(preset("hubspot"), {"contacts": [header("c.csv", "Record ID", "Create Date")]}, time_zone="Asia/Tokyo")
    assert {cell.time_zone for feed in fitted.mapping.feeds for cell in feed.cells.values()} == {"Asia/Tokyo"}
