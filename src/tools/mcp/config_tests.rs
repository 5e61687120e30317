//! Files as people write them.

use super::*;

#[test]
fn a_file_says_what_servers_there_are() {
    let text = r#"
        [servers.files]
        command = "mcp-server-filesystem"
        args = ["${workspace}/docs"]
        env = { TOKEN = "${env:FILES_TOKEN:-none}" }
        read = ["${workspace}"]
        timeout_ms = 5000
        tools = { allow = ["read_*", "list"], deny = ["read_secret*"] }
        [servers.files.known.list]
        effect = "none"
        [servers.tracker]
        url = "https://tracker.example/mcp"
        headers = { Authorization = "secret://keyring/tracker" }
        enabled = false
    "#;
    let servers = Servers::parse(text).unwrap();
    let files = &servers.servers["files"];
    assert!(files.sandbox && files.enabled && files.hosts.is_empty());
    assert_eq!(
        (files.transport(), files.limits().call.as_millis()),
        (Transport::Stdio, 5000)
    );
    assert_eq!(files.known["list"].effect, Some(EffectClass::None));
    let tools = &files.tools;
    assert!(tools.allows("read_file") && tools.allows("list"));
    assert!(!tools.allows("read_secret_file") && !tools.allows("write") && !tools.allows("listing"));
    let values = |place: &Place| (*place == Place::Workspace).then(|| "/w".to_owned());
    assert_eq!(files.args[0].resolve(values), Ok("/w/docs".to_owned()));
    assert_eq!(files.env["TOKEN"].resolve(values), Ok("none".to_owned()));
    let tracker = &servers.servers["tracker"];
    assert_eq!(
        tracker.auth(values),
        Err("`secret://keyring/tracker` has no value".to_owned())
    );
    let auth = tracker.auth(|_| Some("Bearer x".to_owned())).unwrap();
    assert_eq!(auth["authorization"], "Bearer x");
    assert!(auth["authorization"].is_sensitive());
    assert_eq!(Servers::parse(&servers.to_toml().unwrap()).unwrap(), servers);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (text, says) in [
        ("[servers.A]\ncommand='a'", "`A` is no name of a server"),
        ("[servers.a]", "neither a `command` nor a `url`"),
        ("[servers.a]\ncommand='a'\nurl='b'", "both a `command` and a `url`"),
        ("[servers.a]\nurl='b'\nargs=['c']", "go with a `command`"),
        ("[servers.a]\ncommand='a'\nheaders={A='b'}", "`headers` go with a `url`"),
        ("[servers.a]\nurl='b'\nheaders={'A B'='b'}", "none of a header"),
        ("[servers.a]\ncommand='a'\ntimeout_ms=0", "`timeout_ms` is 0"),
        (
            "[servers.a]\ncommand='a'\nsandbox=false\nhosts=['x']",
            "bound the sandbox",
        ),
        ("[servers.a]\ncommand='${shell:id}'", "`${shell:id}` names no value"),
        ("[servers.a]\ncommand='${env:A'", "`${env:A` names no value"),
        ("\n[servers.a]\nnonsense=1", "line 3: unknown field `nonsense`"),
    ] {
        let error = Servers::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
    let secret = "ghp_0123456789abcdef0123";
    let error = Servers::parse(&format!("[servers.a]\nenv = {{ T = \"{secret}\" }} x")).unwrap_err();
    assert!(!error.to_string().contains(secret), "{error}");
    assert!(!format!("{:?}", Setting::new(secret)).contains(secret));
}

#[test]
fn a_star_stands_for_anything() {
    for (name, pattern, like) in [
        ("abc", "abc", true),
        ("abc", "a*", true),
        ("abc", "*c", true),
        ("abc", "a*c", true),
        ("abc", "*", true),
        ("abc", "*b*", true),
        ("abc", "a*b", false),
        ("abc", "", false),
        ("aXbXc", "a*b*c", true),
        ("ab", "ab*b", false),
    ] {
        assert_eq!(is_like(name, pattern), like, "{name} {pattern}");
    }
}
