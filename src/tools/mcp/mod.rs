//! The MCP client: other programs' tools, resources and prompts, over pipes or HTTP.
//!
//! ```text
//!  Endpoint ─► connect (negotiates a version, starts anew where it has to) ─► Connection
//!  Connection ─► list │ call │ read │ prompt │ complete          each with a deadline, each answer bounded
//!  pipes: lines ┐
//!               ├─► guard (ids, floods, what nobody asked for) ─► rmcp ─► answers (what the server asks of us)
//!  HTTP:  http  ┘
//!  a described tool ─► described ─► schema ─► contract (what an action may do)    pin (what was described before)
//! ```
//!
//! A server is a stranger: what it sends is data, never an instruction, and costs at most its own call or its own
//! connection. This never starts a process, never judges, opens no browser, and follows no redirect and no
//! reference that a server wrote. [`super::attached`] makes tools of it.

mod answers;
mod beside;
mod call;
mod config;
mod connect;
mod connection;
mod content;
mod contract;
mod described;
mod ended;
mod guard;
mod http;
mod import;
mod limits;
mod lines;
mod listing;
mod login;
mod pin;
mod reading;
mod sampling;
mod schema;
mod secrets;
mod shape;
mod sinks;

pub use answers::{Answer, Callbacks, Elicit, Question, Root, Sample, defaults};
pub use beside::{Beside, reading};
pub use call::{CallOptions, KEY, Outcome, Progress};
pub use config::{Auth, ConfigError, Loosened, Place, ServerConfig, Servers, Setting, Transport, is_name};
pub use connect::{ConnectError, Endpoint, Pipes, Starting, connect};
pub use connection::{CallError, Connection, Identity, Notice};
pub use content::{Bounded, bounded};
pub use contract::{Call, Mapped, Reach, Refusal, RefusedTool, contracts};
pub use described::{Described, Hints, Undescribed};
pub use ended::Ended;
pub use import::{Found, Imported, Remark, import};
pub use limits::Limits;
pub use login::{Applicant, LoggedIn, Login, LoginError, Secret};
pub use pin::{Change, Digest, Pin, Pinned, Standing, compare};
pub use reading::{Completion, PromptText, Reference, Watch, Watched};
pub use sampling::{NotSampled, last_message, sampled, stop_reason, wanted};
pub use schema::{Schema, SchemaError};
pub(crate) use shape::shown;
pub use sinks::has_member;
