//! Tables as people have them; Python's csv, sqlite3 and decimal are the reference.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::super::contract::tests::assert_conforms;
use super::super::fs::tests::Place;
use super::number::Decimal;
use super::*;

fn call(place: &Place, verb: &str, args: Value) -> Result<Value, ToolError> {
    let data = Data::new();
    let params = &data.spec.action(verb).unwrap().params;
    let validator = jsonschema::validator_for(params).unwrap();
    let errors: Vec<String> = validator.iter_errors(&args).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} {args}");
    let value = run(verb, &args, &place.situation, &Stop::default())?.unwrap();
    assert_conforms(&data.spec, verb, &value);
    Ok(value)
}

fn read(text: &str, format: &str) -> Result<Value, ToolError> {
    call(
        &Place::new(),
        "read",
        json!({"table": {"text": text, "format": format}}),
    )
}

fn query(csv: &str, stages: Value) -> Result<Value, ToolError> {
    let args = json!({"tables": {"t": {"text": csv, "format": "csv"}}, "stages": stages});
    call(&Place::new(), "query", args)
}

const SALES: &str = "region,amount,day,paid\nnorth,10.50,2024-01-01,true\nsouth,3,2024-01-02,false\nnorth,,2024-01-03,\n\
                     east,0.10,2024-01-04,true\nsouth,12345678901234567890,2024-01-05,true\n";

#[test]
fn columns_are_typed_by_all_their_cells_and_numbers_stay_exact() {
    let table = read(SALES, "csv").unwrap();
    assert_eq!(
        table["columns"],
        json!([
            {"name": "region", "type": "text", "missing": 0}, {"name": "amount", "type": "decimal", "missing": 1},
            {"name": "day", "type": "text", "missing": 0}, {"name": "paid", "type": "boolean", "missing": 1},
        ])
    );
    let amounts: Vec<&Value> = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["amount"])
        .collect();
    assert_eq!(
        amounts,
        [
            &json!(10.5),
            &json!(3),
            &json!(null),
            &json!(0.1),
            &json!(12_345_678_901_234_567_890_u64)
        ]
    );
    for (cells, kind, first) in [
        (["1", "2"], "integer", json!(1)),
        (
            ["-9223372036854775808", "18446744073709551615"],
            "integer",
            json!(i64::MIN),
        ),
        (["18446744073709551616", "1"], "integer", json!("18446744073709551616")),
        (["0.1", "1e3"], "decimal", json!(0.1)),
        (["12345678901234567.89", "1"], "decimal", json!("12345678901234567.89")),
        (["007", "8"], "text", json!("007")),
        (["1", "x"], "text", json!("1")),
        (["+1", "2"], "text", json!("+1")),
        ([" 1", "2"], "text", json!(" 1")),
        (["1,5", "2"], "text", json!("1,5")),
        (["True", "FALSE"], "boolean", json!(true)),
        (["true", "1"], "text", json!("true")),
        (["NaN", "1"], "text", json!("NaN")),
        (["1e999", "1"], "text", json!("1e999")),
    ] {
        let table = read(
            &format!("a;b\n\"{}\";x\n\"{}\";y\n", cells[0], cells[1]).replace(';', ","),
            "csv",
        )
        .unwrap();
        assert_eq!(
            (&table["columns"][0]["type"], &table["rows"][0]["a"]),
            (&json!(kind), &first),
            "{cells:?}"
        );
    }
}

#[test]
fn csv_is_read_as_it_is_written_in_the_world() {
    let place = Place::new();
    std::fs::write(
        place.path("a.csv"),
        "\u{feff}a,b\r\n\"x, \"\"y\"\"\nz\",é\r\n\r\n1,\r\n",
    )
    .unwrap();
    let table = call(&place, "read", json!({"table": {"path": "a.csv"}})).unwrap();
    assert_eq!(
        table["rows"],
        json!([{"a": "x, \"y\"\nz", "b": "é"}, {"a": "1", "b": null}])
    );
    assert_eq!((&table["format"], &table["total"]), (&json!("csv"), &json!(2)));
    std::fs::write(place.path("b.tsv"), "a\tb\n1\tNA\n2\t-\n").unwrap();
    let table = call(
        &place,
        "read",
        json!({"table": {"path": "b.tsv", "missing": ["NA", "-"]}}),
    )
    .unwrap();
    assert_eq!(
        table["columns"][1],
        json!({"name": "b", "type": "missing", "missing": 2})
    );
    let table = json!({"table": {"text": "1;2\n3;4\n", "format": "csv", "delimiter": ";", "header": false}, "skip": 1});
    let table = call(&place, "read", table).unwrap();
    assert_eq!(table["rows"], json!([{"column_1": 3, "column_2": 4}]));
    let long = (0..50).map(|n| format!("{n}\n")).collect::<String>();
    let part = call(
        &place,
        "read",
        json!({"table": {"text": format!("n\n{long}"), "format": "csv"}, "skip": 10, "limit": 5}),
    )
    .unwrap();
    assert_eq!(
        (
            &part["rows"][0]["n"],
            &part["count"],
            &part["total"],
            &part["truncated"]
        ),
        (&json!(10), &json!(5), &json!(50), &json!(true))
    );
    let small = call(
        &place,
        "read",
        json!({"table": {"text": format!("n\n{long}"), "format": "csv"}, "max_bytes": 20}),
    )
    .unwrap();
    assert_eq!((&small["count"], &small["truncated"]), (&json!(2), &json!(true)));
    assert_eq!(read("", "csv").unwrap()["total"], 0);
    assert_eq!(read("a,b\n", "csv").unwrap()["columns"].as_array().unwrap().len(), 2);
}

#[test]
fn a_quote_that_is_none_is_told_and_swallows_nothing() {
    for (text, format, says) in [
        (
            "id,name\n1,a\n2,\"b\n3,c\n4,d\n",
            "csv",
            "the table, line 3: the quote that begins a value is never closed",
        ),
        (
            "id\tname\n1\t\"a\n2\tb\n",
            "tsv",
            "line 2: the quote that begins a value is never closed",
        ),
        (
            "id,name\n1,\"a\"x\n",
            "csv",
            "line 2: something stands behind the closing quote of the value that begins in line 2",
        ),
        (
            "id,name\n1,5\" pipe\n",
            "csv",
            "line 2: a quote stands within a value that is not in quotes",
        ),
    ] {
        let error = read(text, format).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    let table = json!({"text": "id,name\n1,5\" pipe\n2,\"b\n", "format": "csv", "quotes": false});
    let table = call(&Place::new(), "read", json!({"table": table})).unwrap();
    assert_eq!(
        table["rows"],
        json!([{"id": 1, "name": "5\" pipe"}, {"id": 2, "name": "\"b"}])
    );
    let table = read("id,name\n1,\"5\"\" pipe\"\n", "csv").unwrap();
    assert_eq!(table["rows"], json!([{"id": 1, "name": "5\" pipe"}]));
}

#[test]
fn json_keeps_its_numbers_and_says_what_is_missing() {
    let place = Place::new();
    let text = r#"{"data": {"items": [{"a": 123456789012345678901234567890, "b": 0.10, "c": [1, {"d": 2.50}]}, {"b": null, "e": "x"}, {"a": true}]}}"#;
    std::fs::write(place.path("x.json"), text).unwrap();
    let table = call(
        &place,
        "read",
        json!({"table": {"path": "x.json", "at": "/data/items"}}),
    )
    .unwrap();
    assert_eq!(
        table["rows"][0],
        json!({"a": "123456789012345678901234567890", "b": 0.1, "c": [1, {"d": 2.5}], "e": null})
    );
    assert_eq!(
        table["columns"],
        json!([
            {"name": "a", "type": "mixed", "missing": 1}, {"name": "b", "type": "decimal", "missing": 2},
            {"name": "c", "type": "tree", "missing": 2}, {"name": "e", "type": "text", "missing": 2},
        ])
    );
    let lines = read("{\"a\": 1}\n\n{\"a\": 2}\r\n", "jsonl").unwrap();
    assert_eq!(lines["rows"], json!([{"a": 1}, {"a": 2}]));
    let rows = json!({"tables": {"t": {"rows": [{"a": 2}, {"a": 10}]}}, "stages": [{"do": "sort", "by": [{"column": "a", "descending": true}]}]});
    assert_eq!(
        call(&place, "query", rows).unwrap()["rows"],
        json!([{"a": 10}, {"a": 2}])
    );
}

#[test]
fn what_is_wrong_is_told_with_its_row_and_its_column() {
    for (text, format, says) in [
        (
            "a,b\n1,2\n1\n",
            "csv",
            "row 2: it has 1 values where there are 2 columns (line 3)",
        ),
        ("a,a\n1,2\n", "csv", "column 2 (`a`): another column has the same name"),
        ("a,\n1,2\n", "csv", "column 2 (``): it has no name"),
        ("[{\"a\": 1}, 2]", "json", "row 2: expected an object, found a number"),
        (
            "[{\"a\": 1, \"a\": 2}]",
            "json",
            "line 1, column 11: the key `a` is there twice",
        ),
        ("[{\"a\":\n 01}]", "json", "line 2, column 2: `01` is no number"),
        ("[{\"a\": \"\\x\"}]", "json", "line 1, column 8: expected a text"),
        ("{\"a\": 1}", "json", "holds an object where a list"),
        ("[1, 2", "json", "expected `,` or `]`"),
        ("[] x", "json", "expected nothing after"),
        ("{\"a\": 1}\n{\"a\": }\n", "jsonl", "line 2, column 7: expected a value"),
    ] {
        let error = read(text, format).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    assert!(
        read(&"[".repeat(100_000), "json")
            .unwrap_err()
            .to_string()
            .contains("no more than 100")
    );
    let place = Place::new();
    std::fs::write(place.path("latin.csv"), b"a\nb\ncaf\xe9\n").unwrap();
    let error = call(&place, "read", json!({"table": {"path": "latin.csv"}})).unwrap_err();
    assert!(error.to_string().contains("not UTF-8 in line 3"), "{error}");
    for wrong in [
        json!({}),
        json!({"text": "a"}),
        json!({"text": "a", "path": "x.csv"}),
        json!({"path": "../x.csv"}),
        json!({"path": "x"}),
        json!({"text": "a", "format": "csv", "delimiter": "é"}),
    ] {
        call(&place, "read", json!({"table": wrong})).unwrap_err();
    }
    for (stages, says) in [
        (
            json!([{"do": "aggregate", "values": [{"function": "sum", "column": "region"}]}]),
            "row 1, column `region`: expected a number of at most 38 digits, found the text `north`",
        ),
        (
            json!([{"do": "filter", "where": [{"column": "region", "op": "lt", "value": 3}]}]),
            "row 1, column `region`: a text cannot be compared with a number",
        ),
        (
            json!([{"do": "filter", "where": [{"column": "amount", "op": "contains", "value": "x"}]}]),
            "row 1, column `amount`: expected a text",
        ),
        (json!([{"do": "select", "columns": ["nope"]}]), "no column `nope`"),
        (
            json!([{"do": "select", "columns": ["day", {"column": "region", "as": "day"}]}]),
            "two columns are called `day`",
        ),
        (
            json!([{"do": "join", "table": "u", "on": [{"left": "region"}]}]),
            "no table `u`",
        ),
        (
            json!([{"do": "filter", "where": [{"column": "region", "op": "eq"}]}]),
            "compares with nothing",
        ),
        (
            json!([{"do": "filter", "where": [{"column": "region", "op": "in", "value": 1}]}]),
            "needs a list",
        ),
        (
            json!([{"do": "aggregate", "values": [{"function": "mean"}]}]),
            "`mean` needs a column",
        ),
        (json!([{"do": "aggregate", "values": []}]), "nothing is worked out"),
    ] {
        let error = query(SALES, stages.clone()).unwrap_err();
        assert!(error.to_string().contains(says), "{stages}: {error}");
    }
    let sums = query(
        "n\n170141183460469231731687303715884105727\n1\n",
        json!([{"do": "aggregate", "values": [{"function": "sum", "column": "n"}]}]),
    );
    assert!(
        sums.unwrap_err()
            .to_string()
            .contains("row 2, column `n`: the sum has more than 38 digits")
    );
}

#[test]
fn stages_work_one_after_the_other() {
    let rows = |stages: Value| query(SALES, stages).unwrap()["rows"].clone();
    assert_eq!(
        rows(json!([
            {"do": "filter", "where": [{"column": "amount", "op": "present"}]},
            {"do": "aggregate", "by": ["region"], "values": [
                {"function": "sum", "column": "amount", "as": "total"}, {"function": "count"}, {"function": "mean", "column": "amount"},
            ]},
            {"do": "sort", "by": [{"column": "total", "descending": true}]},
            {"do": "select", "columns": [{"column": "region", "as": "where"}, "total", "count", "mean_amount"]},
        ])),
        json!([
            {"where": "south", "total": 12_345_678_901_234_567_893_u64, "count": 2, "mean_amount": 6_172_839_450_617_280_000_u64},
            {"where": "north", "total": 10.5, "count": 1, "mean_amount": 10.5},
            {"where": "east", "total": 0.1, "count": 1, "mean_amount": 0.1},
        ])
    );
    assert_eq!(
        rows(json!([{"do": "filter", "match": "any", "where": [
            {"column": "paid", "op": "missing"}, {"column": "day", "op": "starts_with", "value": "2024-01-04"},
            {"column": "amount", "op": "ge", "value": 12}, {"column": "region", "op": "in", "value": ["west", null]},
        ]}, {"do": "select", "columns": ["day"]}, {"do": "limit", "rows": 2, "skip": 1}])),
        json!([{"day": "2024-01-04"}, {"day": "2024-01-05"}])
    );
    assert_eq!(
        rows(json!([{"do": "select", "columns": ["region"]}, {"do": "distinct"}])),
        json!([{"region": "north"}, {"region": "south"}, {"region": "east"}])
    );
    assert_eq!(
        rows(json!([{"do": "filter", "where": [{"column": "amount", "op": "ne", "value": 3}]}]))
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        rows(json!([{"do": "filter", "where": [{"column": "amount", "op": "eq", "other": "amount"}]}]))
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let place = Place::new();
    let people = json!({
        "tables": {
            "orders": {"rows": [{"id": 1, "who": 7}, {"id": 2, "who": 8}, {"id": 3, "who": null}, {"id": 4, "who": 7.0}]},
            "people": {"text": "id,name\n7,Ann\n7,Anna\n9,Bob\n,Nobody\n", "format": "csv"},
        },
        "from": "orders",
        "stages": [{"do": "join", "table": "people", "on": [{"left": "who", "right": "id"}], "kind": "left"}, {"do": "select", "columns": ["id", "name"]}],
    });
    assert_eq!(
        call(&place, "query", people.clone()).unwrap()["rows"],
        json!([{"id": 1, "name": "Ann"}, {"id": 1, "name": "Anna"}, {"id": 2, "name": null}, {"id": 3, "name": null}, {"id": 4, "name": "Ann"}, {"id": 4, "name": "Anna"}])
    );
    let mut nowhere = people;
    nowhere.as_object_mut().unwrap().remove("from");
    assert!(
        call(&place, "query", nowhere)
            .unwrap_err()
            .to_string()
            .contains("`from` names none")
    );
    let many = (0..1_100).map(|_| "1\n").collect::<String>();
    let join = json!({"tables": {"a": {"text": format!("k\n{many}"), "format": "csv"}}, "stages": [
        {"do": "join", "table": "a", "on": [{"left": "k"}]},
    ]});
    assert!(
        call(&place, "query", join)
            .unwrap_err()
            .to_string()
            .contains("a stage would make more than")
    );
    // Neither columns that are chosen over and over nor groups with many values grow beyond that.
    let keys: String = (0..50_000).map(|key| format!("{key}\n")).collect();
    let chosen: Vec<Value> = (0..100)
        .map(|at| json!({"column": "k", "as": format!("k{at}")}))
        .collect();
    let worked: Vec<Value> = (0..100)
        .map(|at| json!({"function": "count", "as": format!("k{at}")}))
        .collect();
    for stage in [
        json!({"do": "select", "columns": chosen}),
        json!({"do": "aggregate", "by": ["k"], "values": worked}),
    ] {
        let error = query(&format!("k\n{keys}"), json!([stage])).unwrap_err();
        assert!(
            error.to_string().contains("more than 1000000 rows or 4000000 values"),
            "{error}"
        );
    }
}

#[test]
fn what_is_of_another_kind_is_told_where_nothing_could_be_the_same() {
    let place = Place::new();
    let ask = |left: Value, right: Value, stage: Value| {
        let tables = json!({"l": {"rows": left}, "r": {"rows": right}});
        let told = call(
            &place,
            "query",
            json!({"tables": tables, "from": "l", "stages": [stage]}),
        )?;
        Ok::<Value, ToolError>(told["total"].clone())
    };
    let numbers = json!([{"k": 1, "o": "1", "b": true}, {"k": null}, {"k": 2.5, "o": "x"}]);
    let texts = json!([{"k": "1"}, {"k": "x"}]);
    let mixed = json!([{"k": "1"}, {"k": 1}]);
    let empty = json!([{"k": null}]);
    let join = json!({"do": "join", "table": "r", "on": [{"left": "k"}]});
    let error = ask(numbers.clone(), texts.clone(), join.clone())
        .unwrap_err()
        .to_string();
    assert!(error.contains("column `k` holds numbers, `k` of `r` texts"), "{error}");
    for (left, right, total) in [
        (&numbers, &mixed, 1),
        (&mixed, &texts, 1),
        (&mixed, &mixed, 2),
        (&numbers, &empty, 0),
        (&empty, &texts, 0),
        (&numbers, &json!([{"k": 1.0}]), 1),
    ] {
        assert_eq!(
            ask(left.clone(), right.clone(), join.clone()).unwrap(),
            total,
            "{left} {right}"
        );
    }
    let keep = |rows: &Value, column: &str, op: &str, with: Value| {
        let mut condition = with;
        condition["column"] = json!(column);
        condition["op"] = json!(op);
        ask(rows.clone(), json!([]), json!({"do": "filter", "where": [condition]}))
    };
    for (column, op, with, says) in [
        (
            "k",
            "eq",
            json!({"value": "1"}),
            "column `k` holds numbers, `value` is a text",
        ),
        (
            "k",
            "ne",
            json!({"value": true}),
            "column `k` holds numbers, `value` is true or false",
        ),
        (
            "o",
            "eq",
            json!({"value": 1}),
            "column `o` holds texts, `value` is a number",
        ),
        (
            "b",
            "eq",
            json!({"value": "true"}),
            "column `b` holds true and false, `value` is a text",
        ),
        (
            "k",
            "in",
            json!({"value": ["1", null, "2"]}),
            "column `k` holds numbers, `value` texts",
        ),
        (
            "o",
            "not_in",
            json!({"value": [1]}),
            "column `o` holds texts, `value` numbers",
        ),
        ("k", "eq", json!({"other": "o"}), "column `k` holds numbers, `o` texts"),
    ] {
        let error = keep(&numbers, column, op, with.clone()).unwrap_err().to_string();
        assert!(error.contains(says), "{column} {op} {with}: {error}");
    }
    for (rows, op, with, total) in [
        (&numbers, "eq", json!({"value": 1}), 1),
        (&numbers, "in", json!({"value": ["1", 1]}), 1),
        (&numbers, "in", json!({"value": []}), 0),
        (&numbers, "not_in", json!({"value": [null]}), 2),
        (&mixed, "eq", json!({"value": 1}), 1),
        (&mixed, "ne", json!({"value": "1"}), 1),
        (&mixed, "in", json!({"value": [true]}), 0),
        (&empty, "eq", json!({"value": "1"}), 0),
        (&empty, "ne", json!({"value": 1}), 0),
    ] {
        assert_eq!(keep(rows, "k", op, with.clone()).unwrap(), total, "{rows} {op} {with}");
    }
}

/// What a case is made of: id, name, n and d of each row on the left, name and value of each on the right.
type Rows = (Vec<(String, Option<i64>, Option<(i64, u32)>)>, Vec<(String, i64)>);

fn rows() -> impl Strategy<Value = Rows> {
    let name = || {
        prop_oneof![
            Just(String::new()),
            Just("a".to_owned()),
            "[abB]{1,2}",
            Just("é, \"x\"\ny".to_owned()),
            Just("Z".to_owned())
        ]
    };
    let decimal = prop_oneof![(-99_999_i64..99_999, 0..6_u32), (any::<i64>(), 0..18_u32)];
    let left = (
        name(),
        proptest::option::weighted(0.8, prop_oneof![0..6_i64, -1_000_000_000_i64..1_000_000_000]),
        proptest::option::weighted(0.8, decimal),
    );
    (
        proptest::collection::vec(left, 0..25),
        proptest::collection::vec((name(), 0..9_i64), 0..8),
    )
}

fn csv_of(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn python_makes_the_same_of_the_same_tables() {
    let mut runner = TestRunner::deterministic();
    let cases: Vec<Value> = (0..150)
        .map(|_| {
            let (left, right) = rows().new_tree(&mut runner).unwrap().current();
            let text = |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
            let left = left.into_iter().enumerate().map(|(id, (name, n, d))| {
                let d = d.map_or(String::new(), |(digits, scale)| Decimal::parse(&format!("{digits}e-{scale}")).unwrap().to_string());
                vec![id.to_string(), name, text(n), d]
            });
            let right = right.into_iter().map(|(name, value)| vec![name, value.to_string()]);
            json!({"left": csv_of(&["id", "name", "n", "d"], left.collect()), "right": csv_of(&["name", "value"], right.collect())})
        })
        .collect();
    let mut python = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/tables.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(Value::from(cases.clone()).to_string().as_bytes())
        .unwrap();
    let answers: Vec<Value> = serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap();
    let place = Place::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let ask = |stages: Value| {
            let tables =
                json!({"l": {"text": case["left"], "format": "csv"}, "r": {"text": case["right"], "format": "csv"}});
            let told = call(
                &place,
                "query",
                json!({"tables": tables, "from": "l", "stages": stages}),
            )
            .unwrap();
            let rows = told["rows"].as_array().unwrap().iter();
            Value::from(
                rows.map(|row| row.as_object().unwrap().values().cloned().collect::<Vec<_>>())
                    .map(Value::from)
                    .collect::<Vec<_>>(),
            )
        };
        let ids = json!({"do": "select", "columns": ["id"]});
        let condition = |column: &str, op: &str, value: Value| json!({"column": column, "op": op, "value": value});
        let texts = ask(json!([]));
        for (ours, theirs) in texts.as_array().unwrap().iter().zip(answer["rows"].as_array().unwrap()) {
            for (cell, text) in ours.as_array().unwrap().iter().zip(theirs.as_array().unwrap()) {
                match (cell, text) {
                    (Value::Number(number), Value::String(text)) => {
                        assert_eq!(Decimal::parse(&number.to_string()), Decimal::parse(text))
                    }
                    (cell, text) => assert_eq!(cell, text, "{case}"),
                }
            }
        }
        assert_eq!(
            texts.as_array().unwrap().len(),
            answer["rows"].as_array().unwrap().len()
        );
        let both = [condition("n", "ge", json!(3)), condition("name", "ne", json!("a"))];
        assert_eq!(
            ask(json!([{"do": "filter", "where": both}, ids])),
            answer["filter"],
            "{case}"
        );
        let some = [
            condition("n", "in", json!([1, 2])),
            condition("name", "contains", json!("b")),
            json!({"column": "n", "op": "missing"}),
        ];
        // `like` of SQL does not tell `b` from `B`.
        let some = some
            .into_iter()
            .chain([condition("name", "contains", json!("B"))])
            .collect::<Vec<_>>();
        assert_eq!(
            ask(json!([{"do": "filter", "match": "any", "where": some}, ids])),
            answer["any"],
            "{case}"
        );
        let by = json!([{"column": "name"}, {"column": "n", "descending": true}]);
        assert_eq!(ask(json!([{"do": "sort", "by": by}, ids])), answer["sort"], "{case}");
        for kind in ["inner", "left"] {
            let join = json!({"do": "join", "table": "r", "on": [{"left": "name"}], "kind": kind});
            assert_eq!(
                ask(json!([join, {"do": "select", "columns": ["id", "value"]}])),
                answer[kind],
                "{kind} {case}"
            );
        }
        let of = |function: &str, column: &str| json!({"function": function, "column": column});
        let values = [
            json!({"function": "count"}),
            of("count", "n"),
            of("distinct", "n"),
            of("sum", "n"),
            of("min", "n"),
            of("max", "n"),
        ];
        let mut groups = ask(json!([{"do": "aggregate", "by": ["name"], "values": values}]));
        for group in groups.as_array_mut().unwrap() {
            // The reference gives sums as texts, so that none is rounded.
            if let Value::Number(sum) = &group[4] {
                group[4] = Value::String(sum.to_string());
            }
        }
        assert_eq!(groups, answer["groups"], "{case}");
        let whole = [
            json!({"function": "count"}),
            of("sum", "n"),
            of("min", "name"),
            of("max", "name"),
        ];
        assert_eq!(
            ask(json!([{"do": "aggregate", "values": whole}])),
            answer["whole"],
            "{case}"
        );
        let sums = ask(json!([{"do": "aggregate", "values": [of("sum", "d"), of("mean", "d")]}]));
        for (ours, theirs) in sums[0]
            .as_array()
            .unwrap()
            .iter()
            .zip([&answer["sum"], &answer["mean"]])
        {
            let ours = match ours {
                Value::Number(number) => Some(number.to_string()),
                Value::String(text) => Some(text.clone()),
                _ => None,
            };
            let number = |text: Option<&str>| text.map(|text| Decimal::parse(text).unwrap_or_else(|| panic!("{text}")));
            assert_eq!(number(ours.as_deref()), number(theirs.as_str()), "{case}");
        }
    }
    assert_eq!(answers.len(), 150);
}

#[test]
fn values_of_json_are_counted_while_they_are_read() {
    for (left, text) in [(3, "[1, [2]]"), (2, "{\"a\": {\"b\": 1}}")] {
        let error = super::tree::parse(text, &mut { left }).unwrap_err();
        assert!(error.to_string().contains("expected no more than"), "{text}: {error}");
        let mut left = left + 2;
        super::tree::parse(text, &mut left).unwrap();
        assert_eq!(left, 1, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_a_reader(text in "[a1\",;\n\r\t {}\\[\\]:.\\\\eé-]{0,60}") {
        for format in ["csv", "tsv", "json", "jsonl"] {
            let Ok(table) = read(&text, format) else {
                continue;
            };
            let columns = table["columns"].as_array().unwrap().len();
            let rows = table["rows"].as_array().unwrap();
            prop_assert!(rows.iter().all(|row| row.as_object().unwrap().len() == columns), "{}", table);
            prop_assert_eq!(&table["total"], &json!(rows.len()));
        }
    }

    #[test]
    fn json_that_the_library_reads_is_read_and_no_other(text in "[\\[\\]{}\",:0-9.eE+ -]{0,12}|\\[[-0-9.eE+,\" ]{0,12}\\]|\\{\"a\": [-0-9.eE+\"tru]{0,8}\\}") {
        let theirs = serde_json::from_str::<Value>(&text);
        let ours = super::tree::parse(&text, &mut 100);
        match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => {
                if !theirs.to_string().contains(['e', '.']) {
                    let ours = ours.json();
                    prop_assert!(ours == theirs || ours.to_string().contains('"'), "{}: {} {}", text, theirs, ours);
                }
            }
            (Err(_), Err(_)) => {}
            (Ok(theirs), Err(error)) => prop_assert!(error.what.contains("twice"), "{}: {} {}", text, theirs, error),
            // Numbers that no double holds are numbers nevertheless.
            (Err(error), Ok(_)) => prop_assert!(error.to_string().contains("out of range"), "{}: {}", text, error),
        }
    }
}
