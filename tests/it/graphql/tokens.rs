//! Tokens: shown once, narrower than their users, and of no use once revoked.

use punchcard::app::Error;
use punchcard::domain::change::Face;
use serde_json::{Value, json};

use crate::support::company::{Company, Person};

const CREATE: &str = "mutation ($input: CreateTokenInput!) { createToken(input: $input) {
    secret token { id name userId expires permissions isActive } faults { path code }
} }";

async fn create(company: &Company, who: Person, input: Value) -> Value {
    let mut answer = company.ask(who, CREATE, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None);
    answer["data"]["createToken"].take()
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let company = Company::open().await;
    let input =
        json!({ "name": "laptop", "expires": "2025-01-01T00:00:00Z", "permissions": ["timesheets@read"] });
    let created = create(&company, Person::Ivan, input).await;
    let token = &created["token"];
    assert_eq!(created["faults"], json!([]));
    assert_eq!(token["userId"], Person::Ivan.id());
    assert_eq!(token["expires"], "2025-01-01T00:00:00+00:00");
    assert_eq!(token["permissions"], json!(["timesheets@read"]));
    let secret = created["secret"].as_str().unwrap();
    assert!(secret.starts_with("pct_"));
    let caller = company.app.authenticate(secret, Face::GraphQl).await.unwrap();
    assert_eq!(caller.user_id(), Person::Ivan.user_id());

    let revoke = format!(
        "mutation {{ revokeToken(id: {}) {{ token {{ isActive user {{ name }} }} }} }}",
        token["id"]
    );
    for _ in 0..2 {
        let data = company.data(Person::Ivan, &revoke).await;
        assert_eq!(
            data["revokeToken"]["token"],
            json!({ "isActive": false, "user": { "name": "Ivan" } })
        );
    }
    assert_eq!(
        company.app.authenticate(secret, Face::GraphQl).await,
        Err(Error::Unauthenticated)
    );
}

#[tokio::test]
async fn who_revokes_their_own_token_is_told_and_then_refused() {
    let company = Company::open().await;
    let revoke = format!(
        "mutation {{ revokeToken(id: \"{}\") {{ token {{ isActive }} }} }}",
        Person::Ivan.token_id()
    );
    let data = company.data(Person::Ivan, &revoke).await;
    assert_eq!(data["revokeToken"]["token"]["isActive"], false);
    assert_eq!(company.codes(Person::Ivan, &revoke).await, ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn f11_anothers_token_does_not_exist() {
    let company = Company::open().await;
    let revoke = format!(
        "mutation {{ revokeToken(id: \"{}\") {{ token {{ isActive }} }} }}",
        Person::Olga.token_id()
    );
    assert_eq!(company.codes(Person::Ivan, &revoke).await, ["NOT_FOUND"]);
    let data = company.data(Person::Admin, &revoke).await;
    assert_eq!(data["revokeToken"]["token"]["isActive"], false);
}

#[tokio::test]
async fn faults_of_a_token_have_their_places() {
    let company = Company::open().await;
    let cases = [
        (json!({ "name": "" }), "name"),
        (
            json!({ "name": "x", "permissions": ["timesheets@read", "timesheets@rule"] }),
            "permissions[1]",
        ),
    ];
    for (input, path) in cases {
        let refused = create(&company, Person::Ivan, input).await;
        assert_eq!(refused["token"], Value::Null);
        assert_eq!(refused["secret"], Value::Null);
        assert_eq!(refused["faults"][0]["path"], path);
    }
}
