//! What becomes of a model whose files are damaged or cannot be written.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use super::*;

/// A store of its own with the original file only.
fn own_copy() -> (tempfile::TempDir, PulledModel) {
    let pulled = fixture::pulled();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(pulled.path.file_name().unwrap());
    fs::copy(&pulled.path, &path).unwrap();
    (folder, PulledModel { path, ..pulled })
}

fn flip_a_byte(path: &Path, at: u64) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions).unwrap();
    let mut file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ 1]).unwrap();
}

#[test]
fn a_damaged_file_is_refused_and_a_damaged_derived_file_made_again() {
    let (folder, model) = own_copy();
    let mut converted = 0;
    let mut count = |progress: Progress| converted = progress.done;
    OnDevice::load(&model, &mut count).unwrap();
    assert_eq!(converted, 272, "every tensor is converted the first time");
    let derived = folder.path().join("derived-q8_0.gguf");
    let good = Sha256::of_reader(File::open(&derived).unwrap()).unwrap();
    converted = 0;
    OnDevice::load(&model, &mut |progress| converted = progress.done).unwrap();
    assert_eq!(converted, 0, "the derived file is used the second time");

    flip_a_byte(&derived, 100_000_000);
    OnDevice::load(&model, &mut |progress| converted = progress.done).unwrap();
    assert_eq!(converted, 272);
    assert_eq!(
        Sha256::of_reader(File::open(&derived).unwrap()).unwrap(),
        good,
        "it is made the same again"
    );

    fs::remove_file(&derived).unwrap();
    flip_a_byte(&model.path, 50_000_000);
    let refused = OnDevice::load(&model, &mut |_| {}).err().unwrap();
    assert!(
        matches!(&refused, LoadError::Damaged { why, .. } if why.contains("SHA-256")),
        "{refused}"
    );
    assert!(!derived.exists(), "nothing is derived from a damaged file");

    File::options()
        .write(true)
        .open(&model.path)
        .unwrap()
        .set_len(60_000_000)
        .unwrap();
    let refused = OnDevice::load(&model, &mut |_| {}).err().unwrap();
    assert!(
        matches!(&refused, LoadError::Damaged { why, .. } if why.contains("cut off")),
        "{refused}"
    );
    fs::remove_file(&model.path).unwrap();
    assert!(matches!(
        OnDevice::load(&model, &mut |_| {}),
        Err(LoadError::Missing { .. })
    ));
}

#[test]
fn a_model_in_a_directory_that_takes_nothing_is_loaded_all_the_same() {
    let (folder, model) = own_copy();
    // As on a read-only disk, for whoever runs this test: a directory stands where the file would be.
    let temporary = format!("derived-q8_0.{}.tmp", std::process::id());
    fs::create_dir(folder.path().join(temporary)).unwrap();
    let loaded = OnDevice::load(&model, &mut |_| {}).unwrap();
    assert!(!folder.path().join("derived-q8_0.gguf").exists());
    let hello = ask("Hello.", Constraint::Free);
    let hello = Ask {
        max_output_tokens: 4,
        ..hello
    };
    let said = loaded.infer(&hello, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!(said.text, infer(&hello).unwrap().text);
    let storage = LoadError::Storage {
        path: "/models/a/derived-q8_0.gguf".into(),
        why: "Read-only file system".into(),
        needed: 3 << 20,
    };
    assert!(
        storage.hint().starts_with("free 3 MiB and make `/models/a` writable"),
        "{}",
        storage.hint()
    );
}
