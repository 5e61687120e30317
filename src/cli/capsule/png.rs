//! A picture as pixels (PNG). Writes nothing.
//!
//! Text is drawn with the font in `font/` and no other, so that a picture is the same on every machine.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::super::failure::Failure;
use crate::exit::Exit;

const FONTS: [&[u8]; 2] = [
    include_bytes!("font/DejaVuSansMono.ttf"),
    include_bytes!("font/DejaVuSansMono-Bold.ttf"),
];
/// The most pixels, of four bytes each.
const MOST: u64 = 64 << 20;

/// The pixels of an SVG, `scale` by `scale` of them for each of its own.
///
/// # Errors
/// There would be too many of them.
pub fn png(svg: &str, scale: u8) -> Result<Vec<u8>, Failure> {
    let tree = Tree::from_str(svg, &options()).map_err(|error| broken(&error))?;
    let factor = f32::from(scale);
    let size = tree.size().to_int_size();
    let mut pixels = size
        .scale_by(factor)
        .filter(|size| u64::from(size.width()) * u64::from(size.height()) <= MOST)
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or_else(|| too_large(size.width(), size.height(), scale))?;
    resvg::render(&tree, Transform::from_scale(factor, factor), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| broken(&error))
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    for font in FONTS {
        options.fontdb_mut().load_font_data(font.to_vec());
    }
    options.fontdb_mut().set_monospace_family("DejaVu Sans Mono");
    options
}

fn too_large(width: u32, height: u32, scale: u8) -> Failure {
    let message = format!("{width} × {height} at `--scale {scale}` is more than {MOST} pixels");
    Failure::new(Exit::Usage, "picture_too_large", message).hint("take a smaller `--scale`, or `--format svg`")
}

/// What we drew ourselves cannot be read: a mistake of this program.
fn broken(error: &dyn std::fmt::Display) -> Failure {
    let message = format!("the picture cannot be made: {error}");
    Failure::new(Exit::Internal, "picture_not_made", message).hint("take `--format svg`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box in the middle of a clear field, with a text in it.
    fn boxed(text: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"40\" font-family=\"monospace\">\
             <rect x=\"10\" y=\"10\" width=\"80\" height=\"20\" fill=\"#ffffff\"/>\
             <text x=\"50\" y=\"24\" text-anchor=\"middle\" font-size=\"12\" fill=\"#000000\">{text}</text></svg>"
        )
    }

    fn drawn(svg: &str, scale: u8) -> Pixmap {
        Pixmap::decode_png(&png(svg, scale).unwrap()).unwrap()
    }

    /// The dark pixels, and the columns between which they are.
    fn ink(pixels: &Pixmap) -> (usize, u32, u32) {
        let dark = |x, y| {
            pixels
                .pixel(x, y)
                .is_some_and(|pixel| pixel.alpha() == 255 && pixel.red() < 128)
        };
        let all = (0..pixels.width()).flat_map(|x| (0..pixels.height()).map(move |y| (x, y)));
        let inked: Vec<u32> = all.filter(|(x, y)| dark(*x, *y)).map(|(x, _)| x).collect();
        let (first, last) = (inked.iter().min(), inked.iter().max());
        (inked.len(), *first.unwrap_or(&0), *last.unwrap_or(&0))
    }

    #[test]
    fn boxes_and_their_texts_are_drawn_in_the_size_that_was_asked_for() {
        for scale in [1, 2, 3] {
            let pixels = drawn(&boxed("draft"), scale);
            let scale = u32::from(scale);
            assert_eq!((pixels.width(), pixels.height()), (100 * scale, 40 * scale));
            assert_eq!(pixels.pixel(0, 0).unwrap().alpha(), 0, "outside of the box");
            assert_eq!(pixels.pixel(12 * scale, 12 * scale).unwrap().red(), 255, "in the box");
            // Five cells of 12 · 0.602 pixels, around the middle.
            let (count, first, last) = ink(&pixels);
            assert!(count > 20, "{count} dark pixels");
            assert!(
                first >= 31 * scale && last <= 69 * scale,
                "ink from {first} to {last} at {scale}"
            );
        }
    }

    #[test]
    fn every_sign_of_the_drawings_is_in_the_font() {
        let svg = boxed("äßéŁ αΩ Жя …·×◇?▸●▶✓✗↶→│─„“№€\u{fffd}");
        let mut options = options();
        options.font_resolver.select_fallback = Box::new(|character, _, _| panic!("no {character}"));
        assert!(Tree::from_str(&svg, &options).is_ok());
    }

    #[test]
    fn the_same_picture_has_the_same_bytes() {
        let svg = boxed("draft ✓");
        assert_eq!(png(&svg, 2).unwrap(), png(&svg, 2).unwrap());
        assert_ne!(png(&svg, 2).unwrap(), png(&boxed("other ✗"), 2).unwrap());
    }

    #[test]
    fn a_picture_that_no_memory_holds_is_refused() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400000\" height=\"20000\"/>";
        let failure = png(svg, 2).unwrap_err();
        assert_eq!((failure.exit, failure.kind), (Exit::Usage, "picture_too_large"));
        assert!(failure.message.contains("400000 × 20000"), "{}", failure.message);
        assert_eq!(png("not a picture", 1).unwrap_err().exit, Exit::Internal);
    }
}
