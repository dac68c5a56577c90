//! TLS by the server itself.

use axum::Router;
use axum::routing::get;
use punchcard::config::Tls;
use punchcard::http::gate::Routes;
use punchcard::http::tls;
use reqwest::{Certificate, Client, Version};
use tempfile::TempDir;

use crate::support::stack::{Stack, short_limits};

/// A certificate for `localhost` that vouches for itself, and its key, as files.
fn certificate(folder: &TempDir) -> (Tls, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = Tls {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    (files, made.cert.pem())
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_over_tls() {
    let folder = TempDir::new().unwrap();
    let (files, pem) = certificate(&folder);
    let routes = Routes {
        pages: Router::new().route("/", get(|| async { "hello" })),
        ..Routes::default()
    };
    let acceptor = tls::acceptor(&files).unwrap();
    let stack = Stack::start_with_tls(short_limits(), Some(acceptor), |_| routes).await;
    let url = format!("https://localhost:{}/", stack.address.port());
    let trusting = || {
        Client::builder()
            .tls_built_in_root_certs(false)
            .add_root_certificate(Certificate::from_pem(pem.as_bytes()).unwrap())
    };
    for (client, version) in [
        (trusting(), Version::HTTP_2),
        (trusting().http1_only(), Version::HTTP_11),
    ] {
        let response = client.build().unwrap().get(&url).send().await.unwrap();
        assert_eq!(response.version(), version);
        assert_eq!(response.text().await.unwrap(), "hello");
    }
    // Whoever speaks plain HTTP, or says nothing, is dropped; others are served on.
    assert!(!stack.raw("GET / HTTP/1.0\r\n\r\n").await.contains("hello"));
    assert!(!stack.raw("").await.contains("hello"));
    assert!(trusting().build().unwrap().get(&url).send().await.is_ok());
}

#[test]
fn files_that_are_no_certificate_are_named() {
    let folder = TempDir::new().unwrap();
    let (mut files, _) = certificate(&folder);
    let missing = folder.path().join("missing.pem");
    files.key.clone_from(&missing);
    let Err(error) = tls::acceptor(&files) else {
        panic!("there is no key");
    };
    assert!(
        error.to_string().starts_with(&missing.display().to_string()),
        "{error}"
    );
    files.certificate = folder.path().join("empty.pem");
    std::fs::write(&files.certificate, "").unwrap();
    assert!(tls::acceptor(&files).is_err());
}
