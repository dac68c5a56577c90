//! GraphQL over HTTP: methods, media types, statuses, bodies and event streams.
