use super::super::MAX_FINDINGS;
use super::*;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    let hits = scan(text, KINDS, MAX_FINDINGS);
    hits.into_iter()
        .map(|hit| (hit.what, &text[hit.span.0..hit.span.1]))
        .collect()
}

fn assert_each(what: &'static str, genuine: &[&str], near: &[&str]) {
    for text in genuine {
        for (before, after) in [("", ""), ("call ", " now"), ("<", ">"), ("\"", "\","), ("ü: ", ".")] {
            assert_eq!(
                found(&format!("{before}{text}{after}")),
                [(what, *text)],
                "{before}{text}{after}"
            );
        }
    }
    for text in near {
        let names: Vec<_> = found(text).into_iter().map(|(name, _)| name).collect();
        assert!(!names.contains(&what), "{text}: {names:?}");
    }
}

#[test]
fn addresses_of_mail() {
    assert_each(
        "email",
        &[
            "ada@example.org",
            "first.last+tag@mail.example.co.uk",
            "o'neil@example.ie",
            "müller@bücher.example",
            "a_b%c@x-y.io",
        ],
        &[
            "@ada",
            "ada@",
            "ada@localhost",
            "ada@example.c",
            "git@github.com:owner/name",
            "icon@2x.png",
            "npm i pkg@1.2.3",
            "a..b@example.org",
            "x@-a.org",
            "tokio::main@x",
        ],
    );
    assert_eq!(
        found("Ada <ada@example.org>, bob@example.org"),
        [("email", "ada@example.org"), ("email", "bob@example.org")]
    );
}

#[test]
fn payment_cards() {
    assert_each(
        "card",
        &[
            "4111111111111111",
            "4012 8888 8888 1881",
            "5555-5555-5555-4444",
            "2223003122003222",
            "378282246310005",
            "3782 822463 10005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "6200000000000005",
        ],
        &[
            "4111111111111112",
            "1234567812345670",
            "4111-1111 1111-1111",
            "0.4111111111111111",
            "x4111111111111111",
            "41111111111111111111",
            "0000000000000000",
            "7f4111111111111111",
            "4111_1111_1111_1111",
        ],
    );
}

#[test]
fn bank_accounts() {
    assert_each(
        "iban",
        &[
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "FR1420041010050500013M02606",
            "NL91ABNA0417164300",
            "NO9386011117947",
        ],
        &[
            "DE89370400440532013001",
            "DE8937040044053201300",
            "XX89370400440532013000",
            "de89370400440532013000",
            "GB82-WEST-1234-5698-7654-32",
            "ADE89370400440532013000",
        ],
    );
}

#[test]
fn social_security_numbers() {
    assert_each(
        "us_ssn",
        &["123-45-6789", "899-99-9999", "001-01-0001"],
        &[
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
            "078-05-1120",
            "123-45-67890",
            "2024-01-15",
            "x123-45-6789",
            "123 45 6789",
        ],
    );
}

#[test]
fn public_addresses_of_the_internet() {
    assert_each(
        "ipv4",
        &["93.184.216.34", "185.199.108.153"],
        &[
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.16.9.9",
            "169.254.1.1",
            "203.0.113.7",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "100.64.1.1",
            "8.8.8.8",
            "1.2.3.4",
            "93.184.216.256",
            "93.184.216.034",
            "1.93.184.216.34",
            "version 93.184.216.34",
            "v93.184.216.34",
            "Chrome/93.184.216.34",
        ],
    );
    assert_each(
        "ipv6",
        &["2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001::1"],
        &[
            "::1",
            "fe80::1",
            "fd00::1",
            "2001:db8::1",
            "std::fmt",
            "2024:10:11",
            "2606:2800",
            "dead::beef",
        ],
    );
    assert_eq!(
        found("ssh 93.184.216.34:22 and 185.199.108.0/24"),
        [("ipv4", "93.184.216.34"), ("ipv4", "185.199.108.0")]
    );
}

#[test]
fn telephone_numbers() {
    assert_each(
        "phone",
        &[
            "+49 30 901820",
            "+14155552671",
            "+44 20 7946 0958",
            "+1 (415) 555-2671",
            "+33 1 42 68 53 00",
            "(415) 555-2671",
            "415-555-2671",
            "415.555.2671",
            "1-800-555-0199",
            "01 42 68 53 00",
            "020 7946 0958",
            "030/9018200",
            "07700 900123",
        ],
        &[
            "+00:00",
            "+12",
            "+28 123 456 789",
            "2024-01-15",
            "115-555-2671",
            "415-555.2671",
            "1234567890",
            "12-415-555-2671",
            "555-2671",
            "x+14155552671",
            "100 200 3000",
            "2020 2021 2022",
            "+1234567890123456",
        ],
    );
}

#[test]
fn only_the_kinds_that_are_asked_for_are_found() {
    let text = "ada@example.org, 4111111111111111";
    let hits = scan(text, &[Kind::Card], MAX_FINDINGS);
    assert_eq!(hits.iter().map(|hit| hit.what).collect::<Vec<_>>(), ["card"]);
}

#[test]
fn what_has_no_form_is_missed() {
    for text in [
        "Ada Lovelace, 12 St James's Square",
        "born on 10 December 1815",
        "ada at example dot org",
        "SSN 123456789",
        "ada@例え.テスト",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}
