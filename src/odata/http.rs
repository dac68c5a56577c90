//! OData over HTTP: what a request asks for beside its resource, and how an answer is sent.

pub mod negotiation;
