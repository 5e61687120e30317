use serde_json::json;

use super::*;

fn asked(request: &str, action: &str, args: &Value, aims: &[&str]) -> bool {
    let call = Call {
        action,
        args,
        aims: aims.to_vec(),
        has_chosen: false,
    };
    asks_for(request, &call)
}

#[test]
fn requests_ask_for_what_their_words_say() {
    for (request, action) in [
        ("Tell Ana that I am late.", "mail.send"),
        ("Reply to the last mail from Bob", "send_email"),
        ("Please let the team know in #dev", "slack.post_message"),
        ("Move my lunch with Ana to Friday", "calendar.update_event"),
        ("Book an appointment for two", "calendar.createEvent"),
        ("Pay the invoice", "bank.pay"),
        ("Wire 20 euros to Ana", "send_money"),
        ("Send the money back to Ana", "transfer_funds"),
        ("Run the tests and fix what fails", "shell.run"),
        ("Run the tests and fix what fails", "files.write"),
        ("cancelling my dentist would be great", "calendar.cancel"),
        ("Please snooze it", "mail.snooze"),
        ("Post the summary to 'random'", "send_channel_message"),
        ("Announce the winner in #general", "chat.send_message"),
        ("Ping him that he has it", "teams.send_chat"),
        ("Commit it and push", "git_commit_and_push"),
    ] {
        assert!(asked(request, action, &json!({}), &[]), "{request} {action}");
    }
    for (request, action) in [
        ("Summarise the page", "mail.send"),
        ("What did Bob write about the representation?", "git.push"),
        ("Summarise my unread mails", "mail.delete"),
        ("Tell Ana that I am late", "bank.pay"),
        ("Read the README", "package.install"),
        ("", "mail.send"),
        ("Summarise the page", "settings.sign_out"),
    ] {
        assert!(!asked(request, action, &json!({}), &[]), "{request} {action}");
    }
}

#[test]
fn the_thing_has_to_be_asked_for_with_the_deed() {
    for (request, action, is_asked) in [
        ("Add a reminder to my calendar", "create_calendar_event", true),
        ("Which restaurant is open on Mondays?", "create_calendar_event", false),
        ("We are planning to visit London", "create_calendar_event", false),
        ("Find a new hotel, and set up the projector", "update_password", false),
        ("Set a new password for me", "update_password", true),
        ("I found the hotel. Make a reservation there", "reserve_hotel", true),
        ("I stayed in a hotel. Make a list", "reserve_hotel", false),
        ("Add Charlie to the channel", "add_user_to_channel", true),
        ("Add Charlie to the channel", "invite_user_to_slack", false),
        ("Close #12", "github.close_issue", true),
        ("Sign up for the course", "session.sign_out_everywhere", false),
    ] {
        assert_eq!(asked(request, action, &json!({}), &[]), is_asked, "{request} {action}");
    }
    // What decides what is reached names the thing as well.
    assert!(asked(
        "Please delete budget-final",
        "delete_file",
        &json!({}),
        &["budget-final"]
    ));
    assert!(!asked(
        "Please delete budget-final",
        "delete_file",
        &json!({}),
        &["payroll"]
    ));
    // So does a choice of somebody trusted.
    for has_chosen in [true, false] {
        let call = Call {
            action: "drive.share_file",
            args: &json!({}),
            aims: Vec::new(),
            has_chosen,
        };
        assert_eq!(asks_for("Share \"Handbook\" with Ana", &call), has_chosen);
        assert!(!asks_for("Read \"Handbook\"", &call));
    }
}

#[test]
fn what_is_not_to_be_done_is_not_asked_for() {
    assert!(!asked(
        "Put it into my cart. Don't order yet",
        "shop.checkout",
        &json!({}),
        &[]
    ));
    assert!(!asked("Read it without sending anything", "mail.send", &json!({}), &[]));
    assert!(asked("Do not forget to send it", "mail.send", &json!({}), &[]));
}

#[test]
fn a_day_other_than_the_stated_ones_was_not_asked_for() {
    let on = |day: &str| json!({"title": "x", "start": format!("{day} 09:00")});
    let request =
        "I arrive on May 1st. Add an event to my calendar on April 25th 2024 to remind me. Add a reminder, too.";
    assert!(asked(request, "create_calendar_event", &on("2024-04-25"), &[]));
    assert!(!asked(request, "create_calendar_event", &on("2024-05-01"), &[]));
    let relative = "Add an event to my calendar for the day before the 25th of April";
    assert!(asked(relative, "create_calendar_event", &on("2024-04-24"), &[]));
    let silent = "Add the event to my calendar";
    assert!(asked(silent, "create_calendar_event", &on("2024-04-24"), &[]));
}

#[test]
fn sentences_do_not_end_inside_addresses() {
    let found: Vec<&str> = sentences("See www.a.example. Pay 4.50! Done").map(str::trim).collect();
    assert_eq!(found, ["See www.a.example.", "Pay 4.50!", "Done"]);
}
