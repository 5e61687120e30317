//! The dashboard for people who listen: what the screens show, said in lines.
//!
//! ```text
//!  a line ─► hear(&mut App) ─► keys, commands, answers ─► Acts          (`dialogue`)
//!  App ─► the same screens, drawn off the terminal ─► View              (`view`)
//!  View before, View now ─► what is other ─► Lines ─► standard output   (`changes`, `news`)
//! ```
//!
//! Nothing is cleared, moved or drawn in place, and no control character is written. A screen is said whole when it
//! is entered; after that only what a line changed, and what happened by itself, once.

mod changes;
mod dialogue;
mod lines;
mod news;
mod said;
mod view;

pub use dialogue::{Dialogue, explain, hear};
pub use lines::Lines;
pub use view::{Heading, SIZE};
