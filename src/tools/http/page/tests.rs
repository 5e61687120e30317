//! Pages as they are written: what is text, what stands around it, and what breaks parsers.

use super::*;

const URL: &str = "https://example.com/news/item.html?x=1";
const MOST: usize = 2_000_000;

fn main_text(html: &str) -> String {
    read(html, URL, Part::Main, MOST).text
}

fn whole(body: &str) -> String {
    read(&format!("<!doctype html><body>{body}"), URL, Part::Whole, MOST).text
}

const SENTENCE: &str =
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness.";

/// A page as places make them: much around a text.
fn place(content: &str) -> String {
    let menu = "<li><a href='/a'>One</a></li>".repeat(40);
    format!(
        "<!doctype html><html lang=en-GB><head><title>  The\n title </title><meta name=description content='About it'>\
         <style>p {{ color: red }}</style><script>var text = '<p>not this</p>';</script></head><body>\
         <header><h1>Place</h1></header><nav><ul>{menu}</ul></nav><div class=a><div>{content}</div></div>\
         <aside>Advertisement, which is long enough to be a paragraph of its own, really.</aside>\
         <footer>Copyright, terms, and <a href=/privacy>privacy</a></footer></body></html>"
    )
}

#[test]
fn the_text_is_found_where_it_is_marked_and_where_it_is_not() {
    let paragraphs = format!("<p>{SENTENCE}</p>").repeat(4);
    let expected = [SENTENCE; 4].join("\n\n");
    for content in [
        format!("<main>{paragraphs}</main>"),
        format!("<div role=main>{paragraphs}</div>"),
        format!("<article>{paragraphs}<aside>More of it</aside></article>"),
        format!(
            "<div><div>{paragraphs}</div><div><a href=/1>Elsewhere, in a long link</a> <a href=/2>More</a></div></div>"
        ),
    ] {
        let text = main_text(&place(&content));
        assert!(text.starts_with(&expected), "{content}: {text}");
        assert!(
            !text.contains("Advertisement") && !text.contains("Copyright") && !text.contains("One"),
            "{text}"
        );
        assert!(!text.contains("not this") && !text.contains("color"), "{text}");
    }
    let page = read(&place(&paragraphs), URL, Part::Main, MOST);
    assert_eq!(page.title.as_deref(), Some("The title"));
    assert_eq!(
        (page.language.as_deref(), page.description.as_deref()),
        (Some("en-GB"), Some("About it"))
    );
    let all = read(&place(&paragraphs), URL, Part::Whole, MOST);
    assert!(all.text.contains("Advertisement") && all.text.contains("Copyright") && all.text.contains("- One"));
    assert_eq!(main_text("<p>Short."), "Short.");
    assert_eq!(main_text(""), "");
}

#[test]
fn blocks_are_marked_as_in_markdown() {
    assert_eq!(
        whole(
            "<h2>A <em>title</em></h2>Text<br>line<p>one\n two  <b>three</b>.</p><ul><li>a<li><p>b</p><ol start=3><li>c</ol></ul><p>end"
        ),
        "## A title\n\nText\nline\n\none two three.\n\n- a\n- b\n  3. c\n\nend"
    );
    assert_eq!(whole("<blockquote><p>a<p>b</blockquote>c"), "> a\n>\n> b\n\nc");
    assert_eq!(
        whole("<table><tr><th>x<th>y<tr><td>1<td>2</table><dl><dt>t<dd>d</dl><hr><img alt='a picture' src=x>"),
        "x | y\n1 | 2\n\nt\n  d\n\n[a picture]"
    );
    assert_eq!(
        whole("a<pre>  if x:\n\tdo\n\n  y</pre>b"),
        "a\n\n```\n  if x:\n\tdo\n\n  y\n```\n\nb"
    );
    assert_eq!(
        whole("a&amp;b&nbsp;c &lt;i&gt; caf&eacute;\u{1b}[2J\u{7}"),
        "a&b c <i> café[2J"
    );
    assert_eq!(whole("<p>one</p>\n\n<div><div><p>two</p></div></div>"), "one\n\ntwo");
}

#[test]
fn empty_cells_keep_their_places() {
    assert_eq!(
        whole("<table><tr><td><td>b<tr><td>a<td><td>c<tr><td></table><table><tr><td><p>x</p><td>y</table>"),
        "| b\na |  | c\n\nx\n\ny"
    );
}

#[test]
fn what_stands_before_lines_is_not_many_times_the_page() {
    let deep = "<blockquote>".repeat(300);
    let html = format!("<!doctype html><body>{deep}<pre>{}</pre>", "x\n".repeat(100_000));
    let page = read(&html, URL, Part::Whole, 1_000);
    let line = format!("{}x", "> ".repeat(20));
    assert!(page.text.lines().any(|written| written == line), "{}", page.text);
    assert!(
        page.is_cut && (900..2_000).contains(&page.text.len()),
        "{}",
        page.text.len()
    );
    let page = read("<!doctype html><body><p>one<p>two", URL, Part::Whole, 5);
    assert_eq!((page.text.as_str(), page.is_cut), ("one\n\ntwo", false));
    assert!(read("<!doctype html><body><p>one<p>two", URL, Part::Whole, 3).is_cut);
}

#[test]
fn what_is_hidden_is_not_read() {
    for hidden in [
        "<script>x</script>",
        "<style>x</style>",
        "<template>x</template>",
        "<div hidden>x</div>",
        "<p style='display: none'>x</p>",
        "<p style='Visibility:Hidden'>x</p>",
        "<span aria-hidden=true>x</span>",
        "<svg><text>x</text></svg>",
        "<select><option>x</select>",
        "<!-- x -->",
        "<iframe>x</iframe>",
        "<textarea>x</textarea>",
        "<button>x</button>",
    ] {
        assert_eq!(whole(&format!("a {hidden} b")).replace("\n\n", " "), "a b", "{hidden}");
    }
    assert_eq!(whole("<noscript>shown</noscript>"), "shown");
}

#[test]
fn links_are_absolute_and_there_once() {
    let links = |head: &str, body: &str| {
        let page = read(&format!("<head>{head}</head><body>{body}"), URL, Part::Whole, MOST);
        page.links
            .into_iter()
            .map(|(url, text)| format!("{url} {text}"))
            .collect::<Vec<_>>()
    };
    let body = "<a href=/a>A\n b</a> <a href='c#d'>C</a> <a href=c>again</a> <a href=#top>top</a> <a href='//other.org/x?q'>O</a>\
                <a href='mailto:a@b'>m</a> <a href='javascript:x()'>j</a> <a href='http://user:pw@evil.org/'>u</a> <a>none</a> <a href='http://['>bad</a>\
                <a href=''>self</a>";
    assert_eq!(
        links("", body),
        [
            "https://example.com/a A b",
            "https://example.com/news/c C",
            "https://other.org/x?q O"
        ]
    );
    assert_eq!(
        links("<base href='http://base.org/x/'>", "<a href=y>y</a>"),
        ["http://base.org/x/y y"]
    );
}

#[test]
fn pages_that_break_parsers_take_no_time_worth_mentioning() {
    for html in [
        "<div>".repeat(200_000),
        "<b>".repeat(100_000),
        "<a>".repeat(100_000),
        "<table>".repeat(100_000),
        "<b><p>".repeat(50_000),
        "<a href=x><div>".repeat(50_000),
        "<table><tr><td>".repeat(50_000),
        "<svg><foreignObject>".repeat(50_000),
        "<".repeat(500_000),
        "&".repeat(500_000),
        format!("<p {}>", "a=b ".repeat(100_000)),
        "<!--".repeat(100_000),
        "<select><option>".repeat(50_000),
        "<template>".repeat(50_000),
        "\0\u{fffd}\u{202e}".repeat(100_000),
    ] {
        read(&html, URL, Part::Main, MOST);
        read(&html, URL, Part::Whole, MOST);
    }
    assert!(read(&"<div>".repeat(200_000), URL, Part::Main, MOST).is_cut);
}

proptest::proptest! {
    #[test]
    fn no_page_breaks_the_reader(parts in proptest::collection::vec(
        "<(/?(div|p|li|ul|table|tr|td|b|a|pre|main|article|svg|math|select|template|h1|br|blockquote|script|title|html|body|form))( hidden| href='[a-z/]{0,4}')?>|[a-z &;<>\n]{0,12}",
        0..60,
    )) {
        let html = parts.concat();
        for part in [Part::Main, Part::Whole] {
            let page = read(&html, URL, part, MOST);
            proptest::prop_assert!(!page.text.starts_with('\n') && (page.text.contains("```") || !page.text.contains("\n\n\n")) , "{html:?}: {:?}", page.text);
            proptest::prop_assert_eq!(&page, &read(&html, URL, part, MOST));
        }
    }
}
