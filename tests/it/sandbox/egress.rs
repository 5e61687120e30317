//! The way out of a sandbox: real clients inside, real servers outside.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use somagent::capsule::host::HostPattern;
use somagent::net::Net;
use somagent::tools::sandbox::{Bound, Egress, Job, Outcome, Server};

use super::{Ground, said};
use crate::odd::Odd;

/// Asks for a URL as programs do, by the proxy of the environment; prints the status and the body, or why not.
const GET: &str = "
import sys, urllib.request, urllib.error
headers = dict(pair.split('=', 1) for pair in sys.argv[2:])
try:
    with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=headers), timeout=20) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
except Exception as error:
    print('failed', error)
";

/// Opens a tunnel to ARGV[1]:ARGV[2]; with a server name in ARGV[3] speaks TLS for it, without says something in the clear.
const TUNNEL: &str = "
import socket, ssl, sys
host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
plain = socket.create_connection(('127.0.0.1', 3128), 20)
plain.sendall(f'CONNECT {host}:{port} HTTP/1.1\\r\\nHost: {host}:{port}\\r\\n\\r\\n'.encode())
head = b''
while b'\\r\\n\\r\\n' not in head:
    piece = plain.recv(1)
    if not piece:
        break
    head += piece
status = head.split(b' ')[1].decode() if head else 'closed'
print(status)
if status == '200':
    try:
        if name == '-':
            plain.sendall(b'GET /echo HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
            print(len(plain.recv(1000)))
        else:
            context = ssl._create_unverified_context()
            with context.wrap_socket(plain, server_hostname=None if name == '.' else name) as tls:
                tls.sendall(b'GET /echo HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')
                print(tls.recv(12).decode())
    except Exception as error:
        print('broken', type(error).__name__)
";

fn server(scheme: &str, host: &str) -> Server {
    Server {
        scheme: scheme.to_owned(),
        host: HostPattern::parse(host).unwrap(),
    }
}

fn job(ground: &Ground, program: &str, args: &[&str], hosts: &[String]) -> Job {
    let mut argv = vec!["python3", "-c", program];
    argv.extend(args);
    let mut job = ground.job(&argv);
    let servers = hosts
        .iter()
        .flat_map(|host| ["http", "https"].map(|scheme| server(scheme, host)));
    job.egress = Some(Egress {
        servers: servers.collect(),
        secrets: Vec::new(),
        net: Net::new(false),
    });
    job
}

/// A place with a Python that programs inside can see.
fn ground() -> Ground {
    let mut ground = Ground::new();
    let found = Command::new("python3")
        .args(["-c", "import sys; print(sys.base_prefix)"])
        .output()
        .unwrap();
    let prefix = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim());
    ground.sandbox.path = format!("{}:{}", prefix.join("bin").display(), ground.sandbox.path);
    ground
}

fn python(ground: &Ground, program: &str, args: &[&str], hosts: &[String]) -> Outcome {
    let mut job = job(ground, program, args, hosts);
    let bin = PathBuf::from(ground.sandbox.path.split(':').next().unwrap());
    job.read.push(bin.parent().unwrap().to_owned());
    ground.run(job).unwrap()
}

fn get(ground: &Ground, url: &str, hosts: &[String]) -> (String, Outcome) {
    let outcome = python(ground, GET, &[url], hosts);
    (said(&outcome), outcome)
}

#[test]
fn the_hosts_that_are_named_are_reached_and_no_others() {
    let ground = ground();
    let (odd, other) = (Odd::start(), Odd::start());
    let here = vec![format!("127.0.0.1:{}", odd.port)];
    let (said, outcome) = get(&ground, &format!("http://127.0.0.1:{}/echo?a=b", odd.port), &here);
    assert!(said.starts_with("200 ") && said.contains("/echo?a=b"), "{said}");
    let [reached] = &outcome.reached[..] else {
        panic!("{:?}", outcome.reached)
    };
    assert_eq!(
        (&reached.place, &reached.refused),
        (&format!("http://{}", here[0]), &None)
    );
    for (url, hosts) in [
        (format!("http://127.0.0.1:{}/echo", other.port), &here),
        (format!("http://localhost:{}/echo", odd.port), &here),
        (format!("http://127.0.0.1.evil.example:{}/echo", odd.port), &here),
        (format!("http://127.0.0.1:{}/echo", odd.port), &vec![]),
    ] {
        let (said, outcome) = get(&ground, &url, hosts);
        assert!(said.starts_with("403 "), "{url} {said}");
        assert!(outcome.reached[0].refused.is_some(), "{:?}", outcome.reached);
    }
    // Written in another way, it is the same place.
    let (said, _) = get(&ground, &format!("http://2130706433:{}/echo", odd.port), &here);
    assert!(said.starts_with("200 "), "{said}");
}

#[test]
fn attack_35_rules_that_allow_everything_lead_nowhere_inward() {
    let ground = ground();
    let all = vec!["*:*".to_owned()];
    for (url, why) in [
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://2852039166/", "link-local"),
        ("http://[fe80::1]/", "link-local"),
        ("http://0.0.0.0/", "no host's address"),
        ("http://user@127.0.0.1/", "carries a user"),
    ] {
        let (said, outcome) = get(&ground, url, &all);
        let refused = outcome.reached.iter().filter_map(|reach| reach.refused.as_deref());
        let refused: Vec<&str> = refused.collect();
        // A client may leave the user out by itself, and then finds nobody at that port.
        let is_refused = refused.iter().any(|said| said.contains(why) || url.contains('@'));
        assert!(is_refused && !said.starts_with("200"), "{url} {said} {refused:?}");
    }
    let offline = {
        let mut job = job(&ground, GET, &["http://192.0.2.1/"], &all);
        job.egress.as_mut().unwrap().net = Net::new(true);
        let bin = PathBuf::from(ground.sandbox.path.split(':').next().unwrap());
        job.read.push(bin.parent().unwrap().to_owned());
        said(&ground.run(job).unwrap())
    };
    assert!(offline.starts_with("502") && offline.contains("--offline"), "{offline}");
}

#[test]
fn a_redirect_is_judged_like_any_other_request() {
    let ground = ground();
    let (odd, other) = (Odd::start(), Odd::start());
    let here = vec![format!("127.0.0.1:{}", odd.port)];
    let (said, _) = get(&ground, &format!("http://127.0.0.1:{}/redirect/2", odd.port), &here);
    assert!(said.starts_with("200 "), "{said}");
    let elsewhere = format!(
        "http://127.0.0.1:{}/elsewhere?to=http://127.0.0.1:{}/echo",
        odd.port, other.port
    );
    let (said, outcome) = get(&ground, &elsewhere, &here);
    assert!(said.starts_with("403 "), "{said}");
    assert_eq!(outcome.reached.len(), 2, "{:?}", outcome.reached);
}

/// A server that speaks TLS, for `localhost`.
fn with_tls(ground: &Ground) -> Odd {
    let (certificate, key) = (ground.path("certificate.pem"), ground.path("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Odd::with_tls(&certificate, &key)
}

#[test]
fn attack_36_a_tunnel_leads_to_the_name_that_it_was_opened_for() {
    let ground = ground();
    let odd = with_tls(&ground);
    let port = odd.port.to_string();
    let hosts = vec![format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    let tunnel = |host: &str, name: &str| {
        let outcome = python(&ground, TUNNEL, &[host, &port, name], &hosts);
        (said(&outcome), outcome.reached)
    };
    assert_eq!(tunnel("localhost", "localhost").0, "200\nHTTP/1.1 200\n");
    // By its address, a server has no name.
    assert_eq!(tunnel("127.0.0.1", ".").0, "200\nHTTP/1.1 200\n");
    for (host, name) in [
        ("localhost", "evil.example"),
        ("localhost", "."),
        ("127.0.0.1", "localhost"),
        ("localhost", "-"),
    ] {
        let (said, reached) = tunnel(host, name);
        assert!(
            said.starts_with("200\nbroken") || said == "200\n0\n",
            "{host} {name}: {said}"
        );
        assert!(
            reached.iter().any(|reach| reach.refused.is_some()),
            "{host} {name}: {reached:?}"
        );
    }
    let (said, _) = tunnel("elsewhere.example", "elsewhere.example");
    assert_eq!(said, "403\n");
}

#[test]
fn a_secret_stays_outside_and_goes_to_one_server_in_one_header() {
    let ground = ground();
    let (odd, other) = (Odd::start(), Odd::start());
    let hosts = [odd.port, other.port].map(|port| format!("127.0.0.1:{port}")).to_vec();
    let ask = |url: &str, header: &str| {
        let mut job = job(&ground, GET, &[url, header], &hosts);
        job.env.insert("TOKEN".to_owned(), "stand-in-77".to_owned());
        let bin = PathBuf::from(ground.sandbox.path.split(':').next().unwrap());
        job.read.push(bin.parent().unwrap().to_owned());
        job.egress.as_mut().unwrap().secrets.push(Bound {
            stand_in: "stand-in-77".to_owned(),
            secret: "the-real-one".to_owned(),
            server: server("http", &hosts[0]),
            header: "authorization".to_owned(),
        });
        ground.run(job).unwrap()
    };
    let url = |odd: &Odd| format!("http://127.0.0.1:{}/echo", odd.port);
    let outcome = ask(&url(&odd), "Authorization=Bearer stand-in-77");
    let answer = said(&outcome);
    assert!(
        answer.starts_with("200 ") && !answer.contains("the-real-one"),
        "{answer}"
    );
    // What the server got is in its log; what it sent back has the stand-in again.
    let mut log = String::new();
    let mut plain = TcpStream::connect(("127.0.0.1", odd.port)).unwrap();
    plain.write_all(b"GET /log HTTP/1.0\r\n\r\n").unwrap();
    plain.read_to_string(&mut log).unwrap();
    assert!(
        log.contains("Bearer the-real-one") && answer.contains("Bearer stand-in-77"),
        "{log} {answer}"
    );
    for (url, header) in [
        (url(&other), "Authorization=Bearer stand-in-77"),
        (url(&odd), "X-Other=stand-in-77"),
    ] {
        let outcome = ask(&url, header);
        assert!(said(&outcome).starts_with("403 "), "{}", said(&outcome));
        assert!(!format!("{outcome:?}").contains("the-real-one"));
    }
}

#[test]
fn a_server_that_is_for_tls_is_not_asked_in_the_clear() {
    let ground = ground();
    let odd = Odd::start();
    let place = format!("127.0.0.1:{}", odd.port);
    let ask = |scheme: &str, program: &str, args: &[&str]| {
        let mut job = job(&ground, program, args, &[]);
        let bin = PathBuf::from(ground.sandbox.path.split(':').next().unwrap());
        job.read.push(bin.parent().unwrap().to_owned());
        job.egress.as_mut().unwrap().servers.push(server(scheme, &place));
        said(&ground.run(job).unwrap())
    };
    let url = format!("http://{place}/echo");
    assert!(ask("https", GET, &[&url]).starts_with("403 "));
    assert!(ask("http", GET, &[&url]).starts_with("200 "));
    let port = odd.port.to_string();
    assert_eq!(ask("http", TUNNEL, &["127.0.0.1", &port, "."]), "403\n");
}
