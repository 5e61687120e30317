//! The words of HTTP, for whatever speaks it over a client that was made here.
//!
//! Makes nothing and connects to nothing: a client comes from [`Net::client`](super::Net::client).

pub use reqwest::{Client, Error, Request, RequestBuilder, Response, StatusCode, header};
