//! Words of a text, and which of two words are forms of one.
//!
//! Segmentation follows Unicode (UAX #29), case is folded by upper and lower case mapping. Knows
//! the inflection of English only; in other languages a word is equal or it is another.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

/// The words of `text`, folded; in scripts without spaces each character is a word.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.unicode_words().map(fold).filter(|word| !word.is_empty())
}

/// A word without case and without the clitics `'s`, `'re`, `'ve`, `'ll`, `'d`, `'m`, which carry nothing.
pub(super) fn fold(word: &str) -> String {
    let folded = word.to_uppercase().to_lowercase().replace('\u{2019}', "'");
    let stem = ["'s", "'re", "'ve", "'ll", "'d", "'m"]
        .iter()
        .find_map(|clitic| folded.strip_suffix(clitic));
    stem.map(str::to_owned).unwrap_or(folded)
}

/// Whether a folded word carries no content of its own.
pub(super) fn is_function_word(word: &str) -> bool {
    static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    LIST.contains(word)
}

/// The words that a folded word may be a form of, itself first.
///
/// For ASCII words: plural and third person (`-s`, `-es`, `-ies`), past (`-ed`, `-ied`) and
/// participle (`-ing`), with a dropped `e` put back and a doubled consonant made single. A stem has
/// three letters or more, one of them a vowel (the condition `*v*` of Porter 1980).
pub(super) fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if word.is_ascii() {
        let mut add = |stem: &str, end: &str| {
            let form = format!("{stem}{end}");
            if form.len() > 2 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y']) && !forms.contains(&form) {
                forms.push(form);
            }
        };
        if let Some(stem) = word.strip_suffix("ies").or(word.strip_suffix("ied")) {
            add(stem, "y");
            // The vowel of a short word is the one put back: `tries` is `try`.
            if stem.len() > 1 && !stem.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
                forms.push(format!("{stem}y"));
            }
        } else if let Some(stem) = word.strip_suffix("ed").or(word.strip_suffix("ing")) {
            add(stem, "");
            add(stem, "e");
            let mut letters = stem.bytes().rev();
            if let (Some(last), Some(before)) = (letters.next(), letters.next())
                && last == before
            {
                add(&stem[..stem.len() - 1], "");
            }
        } else if let Some(stem) = word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i'])) {
            add(stem, "");
            if let Some(stem) = stem.strip_suffix('e') {
                add(stem, "");
            }
        }
    }
    forms
}

/// The closed-class words of English that carry no content: articles and demonstratives, pronouns,
/// prepositions, conjunctions, auxiliaries, and the adverbs that only point or link.
///
/// Written for this check from the word classes of the language (Quirk et al. 1985, 2.34), sorted.
/// Left out on purpose, because a line says something else without them: negations (`not`, `no`,
/// `without`, `except`), numerals (`one`, `first`), quantifiers (`all`, `every`, `some`, `most`).
const FUNCTION_WORDS: &str = "\
    a about above across after against along also although am among an and are around as at be because been before \
    behind being below beneath beside between beyond but by can could despite did do does doing done down during for \
    from had has have having he her here hers herself him himself his how i if in inside into is it its itself may \
    me might mine must my myself of off on onto or our ours ourselves out outside over shall she should since so \
    than that the their theirs them themselves then there these they this those though through to toward towards \
    under until up upon us via was we were what when where whereas whether which while who whom whose why will with \
    within would you your yours";

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let others = forms(other);
        forms(one).iter().any(|form| others.contains(form))
    }

    #[test]
    fn only_words_without_content_are_on_the_list() {
        for word in ["the", "a", "yours", "through", "would"] {
            assert!(is_function_word(word), "{word}");
        }
        for word in ["not", "no", "without", "one", "all", "add", "fix", "new"] {
            assert!(!is_function_word(word), "{word}");
        }
    }

    #[test]
    fn forms_of_one_word_are_known() {
        for (one, other) in [
            ("adds", "added"),
            ("add", "adding"),
            ("removes", "remove"),
            ("removed", "removing"),
            ("dropped", "drop"),
            ("fixes", "fix"),
            ("policies", "policy"),
            ("copied", "copy"),
            ("tries", "try"),
            ("tests", "test"),
            ("using", "uses"),
            ("caches", "cache"),
            ("passes", "passing"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("string", "str"),
            ("add", "address"),
            ("status", "stat"),
            ("process", "proces"),
            ("bring", "br"),
            ("need", "ne"),
            ("удалил", "удалить"),
            ("bus", "bu"),
            ("this", "thi"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn words_are_folded_in_any_script() {
        let all = |text: &str| words(text).collect::<Vec<_>>();
        assert_eq!(all("The parser’s Straße, ΟΔΟΣ!"), ["the", "parser", "strasse", "οδος"]);
        assert_eq!(all("修正した"), ["修", "正", "し", "た"]);
        assert_eq!(all("it doesn't"), ["it", "doesn't"]);
    }
}
