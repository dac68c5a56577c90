//! The walk over OData: every set, property, navigation, function, option and batch that `$metadata`
//! describes.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Asked, Asker, Worlds};

/// Where an administrator sees that the secrets are there.
const TOLD_APART: [&str; 10] = [
    "Departments",
    "Organizations",
    "ProjectTasks",
    "Projects",
    "SyncJobs",
    "TimeAllocations",
    "TimeSheetLines",
    "TimeSheetTemplates",
    "TimeSheets",
    "Users",
];
const NAMESPACE: &str = "WP";
/// So many requests a batch may have.
const IN_A_BATCH: usize = 200;

/// The service as it describes itself.
struct Model(Value);

impl Model {
    async fn of(worlds: &Worlds) -> Self {
        let admin = Asker::Administrator.at(&worlds.with);
        let described = admin.get("/odata/$metadata?$format=json").await;
        let mut described: Value = described.json().await.unwrap();
        let schema = described[NAMESPACE].take();
        for (name, of) in schema.as_object().unwrap() {
            let kind = if of.is_array() {
                &of[0]["$Kind"]
            } else {
                &of["$Kind"]
            };
            let known = [
                "EntityContainer",
                "EntityType",
                "ComplexType",
                "Function",
                "Action",
                "EnumType",
            ];
            assert!(
                known.iter().any(|it| kind == it),
                "the walk does not know {name}: {kind}"
            );
        }
        Self(schema)
    }

    /// The sets, with their types' names.
    fn sets(&self) -> Vec<(&str, &str)> {
        let container = self.0.as_object().unwrap().values();
        let container = container
            .clone()
            .find(|of| of["$Kind"] == "EntityContainer")
            .unwrap();
        let sets = container.as_object().unwrap().iter();
        sets.filter(|(name, _)| !name.starts_with(['$', '@']))
            .map(|(name, set)| {
                assert_eq!(set["$Collection"], true, "the walk knows no singleton: {name}");
                (name.as_str(), local(set["$Type"].as_str().unwrap()))
            })
            .collect()
    }

    fn members(&self, of: &str) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.0[of].as_object().unwrap().iter();
        members
            .filter(|(name, _)| !name.starts_with(['$', '@']))
            .map(|(name, member)| (name.as_str(), member))
    }

    fn properties(&self, of: &str) -> Vec<(&str, &str)> {
        let members = self.members(of).filter(|(_, member)| !is_navigation(member));
        members
            .map(|(name, member)| (name, member["$Type"].as_str().unwrap_or("Edm.String")))
            .collect()
    }

    /// Names, targets, and whether they lead to many.
    fn navigations(&self, of: &str) -> Vec<(&str, &str, bool)> {
        let members = self.members(of).filter(|(_, member)| is_navigation(member));
        members
            .map(|(name, member)| {
                let to = local(member["$Type"].as_str().unwrap());
                (name, to, member["$Collection"] == true)
            })
            .collect()
    }

    /// Functions and actions: name, kind, and the parameters, the first of which is bound.
    fn operations(&self) -> Vec<(&str, bool, &[Value])> {
        let mut operations = Vec::new();
        for (name, of) in self.0.as_object().unwrap() {
            for overload in of.as_array().into_iter().flatten() {
                let is_action = overload["$Kind"] == "Action";
                let parameters = overload["$Parameter"].as_array().unwrap();
                assert_eq!(overload["$IsBound"], true, "the walk knows no unbound {name}");
                operations.push((name.as_str(), is_action, parameters.as_slice()));
            }
        }
        operations
    }

    /// Conditions on everything that a row has, and on what it leads to.
    fn conditions(&self, of: &str, secret: &str) -> Vec<String> {
        let mut conditions = of_properties(&self.properties(of), "", secret);
        for (navigation, to, is_many) in self.navigations(of) {
            let below = self.properties(to);
            if is_many {
                conditions.push(format!("{navigation}/$count gt 0"));
                conditions.push(format!("{navigation}/any()"));
                for condition in of_properties(&below, "x/", secret) {
                    conditions.push(format!("{navigation}/any(x:{condition})"));
                }
            } else {
                conditions.extend(of_properties(&below, &format!("{navigation}/"), secret));
                conditions.push(format!("{navigation} eq null"));
            }
        }
        conditions
    }
}

fn is_navigation(member: &Value) -> bool {
    member["$Kind"] == "NavigationProperty"
}

fn local(name: &str) -> &str {
    name.rsplit('.').next().unwrap()
}

/// A literal of a type, about the secret.
fn literal(of: &str, secret: &str) -> Option<String> {
    Some(match of {
        "Edm.Guid" => secret.to_owned(),
        "Edm.String" => "'Ivan'".to_owned(),
        "Edm.Boolean" => "true".to_owned(),
        "Edm.Int32" | "Edm.Int64" | "Edm.Decimal" => "1".to_owned(),
        "Edm.Date" => "2024-03-06".to_owned(),
        "Edm.DateTimeOffset" => "2024-03-06T08:00:00Z".to_owned(),
        "Edm.Binary" => "binary'AAAAAAAAAAE='".to_owned(),
        "WP.ScheduleDay" => return None,
        unknown => panic!("the walk knows no literal of {unknown}"),
    })
}

fn of_properties(properties: &[(&str, &str)], path: &str, secret: &str) -> Vec<String> {
    let mut conditions = Vec::new();
    for (name, of) in properties {
        let Some(literal) = literal(of, secret) else {
            conditions.push(format!("{path}{name}/any(d:d/date eq 2024-03-06)"));
            continue;
        };
        conditions.push(format!("{path}{name} eq {literal}"));
        // What is below another row is found the same way, whatever is done with it then.
        if path.is_empty() {
            conditions.push(format!("{path}{name} ne {literal}"));
            conditions.push(format!("{path}{name} le {literal}"));
            conditions.push(format!("{path}{name} in ({literal})"));
        }
        if *of == "Edm.String" {
            conditions.push(format!("contains(tolower({path}{name}),'van')"));
        }
    }
    conditions
}

/// Every way to count, order, group and expand the rows of a set.
fn plain_options(model: &Model, of: &str) -> Vec<String> {
    let mut options: Vec<String> = ["$count=true", "$top=1&$count=true", "$search=Ivan", "$skip=1"]
        .map(str::to_owned)
        .into();
    for (name, _) in model.properties(of) {
        options.push(format!("$orderby={name}&$top=2"));
        options.push(format!("$orderby={name} desc&$select={name}"));
        options.push(format!("$apply=groupby(({name}),aggregate($count as n))"));
    }
    options.push("$apply=aggregate($count as n)".to_owned());
    for (navigation, to, is_many) in model.navigations(of) {
        let first = model.properties(to)[0].0;
        let count = if is_many { "$count=true;$orderby=id;" } else { "" };
        options.push(format!("$expand={navigation}({count}$select=*)"));
        options.push(format!("$expand={navigation}/$ref"));
        options.push(format!("$expand={navigation}/$count"));
        for (deeper, ..) in model.navigations(to).into_iter().take(2) {
            options.push(format!("$expand={navigation}($expand={deeper})"));
        }
        if is_many {
            options.push(format!("$orderby={navigation}/$count desc"));
        } else {
            options.push(format!("$orderby={navigation}/{first}"));
            options.push(format!(
                "$apply=groupby(({navigation}/{first}),aggregate($count as n))"
            ));
        }
    }
    options
}

/// Everything that is asked of a set.
fn of_set(model: &Model, set: &str, of: &str, worlds: &Worlds) -> Vec<Asked> {
    let mut paths = vec![set.to_owned()];
    let mut options = plain_options(model, of);
    let secrets = worlds.secrets.one_of_each();
    for secret in own_kind(set, worlds)
        .into_iter()
        .take(1)
        .chain(secrets.iter().copied().take(1))
    {
        for condition in model.conditions(of, secret) {
            options.push(format!("$filter={condition}&$count=true&$select=id"));
        }
    }
    options.sort_unstable();
    options.dedup();
    paths.push(format!("{set}/$count"));
    paths.extend(options.into_iter().map(|option| format!("{set}?{option}")));
    for secret in &secrets {
        for condition in model.conditions(of, secret).iter().take(3) {
            paths.push(format!("{set}/$count?$filter={condition}"));
        }
        paths.push(format!("{set}({secret})"));
    }
    for secret in own_kind(set, worlds).iter().take(3) {
        paths.extend(of_key(model, of, &format!("{set}({secret})")));
    }
    let mut asked: Vec<Asked> = paths.iter().map(|path| asked_for(set, path)).collect();
    for secret in &secrets {
        let body = json!({ "rowVersion": 1, "name": "Ivan", "timeSheetLines": [] }).to_string();
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
            for (name, value) in [("if-match", "*"), ("prefer", "return=representation")] {
                let is_own = own_kind(set, worlds).contains(secret);
                if name == "prefer" && !is_own {
                    continue;
                }
                asked.push(Asked {
                    method: method.clone(),
                    headers: vec![
                        ("content-type", "application/json".to_owned()),
                        (name, value.to_owned()),
                    ],
                    body: Some(body.clone()),
                    ..asked_for(set, &format!("{set}({secret})"))
                });
            }
        }
    }
    asked
}

/// The same by other ways: filters and keys on the way, values by `$root`, the row that `$it` is, parts of
/// collections, combinations of sets, and writes of each.
fn by_other_ways(model: &Model, set: &str, of: &str, worlds: &Worlds) -> Vec<Asked> {
    let secrets = worlds.secrets.one_of_each();
    let own = own_kind(set, worlds);
    let mut paths = vec![
        format!("$crossjoin({set})?$expand=*&$top=3&$count=true"),
        format!("$crossjoin({set},ApprovalStatuses)/$count"),
    ];
    for secret in own.iter().take(1) {
        for condition in model.conditions(of, secret).iter().step_by(4) {
            paths.push(format!("{set}/$filter({condition})/$count"));
            paths.push(format!("{set}/$filter(@f)?@f={condition}&$select=id"));
        }
        let comparable = model.properties(of).into_iter();
        for (name, _) in comparable.filter(|(_, of)| literal(of, secret).is_some()) {
            let value = format!("$root/{set}({secret})/{name}");
            paths.push(format!("{set}?$compute={value} as x&$select=x&$top=1"));
            paths.push(format!("{set}/$count?$filter={name} eq {value}"));
        }
    }
    for (navigation, to, is_many) in model.navigations(of) {
        paths.push(format!(
            "{set}?$expand={navigation}($filter=id ne $it/id;$compute=$it/id as x)"
        ));
        paths.push(format!(
            "{set}?$expand={navigation}($compute=$it/id as x;$select=x)"
        ));
        if is_many {
            for secret in own.iter().take(1) {
                paths.push(format!(
                    "ApprovalStatuses?$filter=$root/{set}({secret})/{navigation}/$count gt 0"
                ));
            }
        } else {
            let first = model.properties(to)[0].0;
            for secret in own.iter().take(1) {
                let value = format!("$root/{set}({secret})/{navigation}/{first}");
                paths.push(format!("ApprovalStatuses?$compute={value} as x&$top=1"));
            }
        }
        if let Some((other, _)) = model
            .sets()
            .into_iter()
            .find(|(other, of)| *of == to && *other != set)
        {
            paths.push(format!(
                "$crossjoin({set},{other})/$count?$filter={set}/id ne {other}/id"
            ));
        }
    }
    for secret in &secrets {
        paths.push(format!("{set}/$filter(id eq {secret})/{secret}"));
        paths.push(format!("{set}/$filter(id ne {secret})/$count"));
        paths.push(format!("$entity?$id={set}({secret})"));
        paths.push(format!(
            "{set}?$filter=$root/{set}({secret})/id ne null&$count=true"
        ));
        paths.push(format!(
            "$crossjoin({set},ApprovalStatuses)/$count?$filter={set}/id eq {secret}"
        ));
    }
    let mut asked: Vec<Asked> = paths.iter().map(|path| asked_for(set, path)).collect();
    asked.extend(of_each(set, &secrets));
    asked
}

/// A page of what is expanded, and writes of each.
fn of_each(set: &str, secrets: &[&str]) -> Vec<Asked> {
    let paged = asked_for(set, &format!("{set}?$expand=*"));
    let mut asked = vec![Asked {
        headers: vec![("prefer", "maxpagesize=1".to_owned())],
        ..paged
    }];
    for secret in secrets.iter().filter(|_| set == "TimeSheets") {
        for (method, action) in [
            (Method::PATCH, ""),
            (Method::DELETE, ""),
            (Method::POST, "/WP.ForceSubmit"),
        ] {
            asked.push(Asked {
                method,
                headers: vec![
                    ("content-type", "application/json".to_owned()),
                    ("prefer", "return=representation".to_owned()),
                ],
                body: Some(json!({ "name": "Ivan" }).to_string()),
                ..asked_for(set, &format!("{set}/$filter(id eq {secret})/$each{action}"))
            });
        }
    }
    asked
}

/// The secrets that are in a set, or any where none is.
fn own_kind<'a>(set: &str, worlds: &'a Worlds) -> Vec<&'a str> {
    let secrets = &worlds.secrets;
    let own = match set {
        "TimeSheets" => &secrets.sheets,
        "TimeSheetLines" | "TimeAllocations" => return secrets.rows.iter().map(String::as_str).collect(),
        "Users" => &secrets.users,
        "SyncJobs" => &secrets.jobs,
        _ => &secrets.tokens,
    };
    own.iter().map(String::as_str).collect()
}

/// Everything below one entity.
fn of_key(model: &Model, of: &str, entity: &str) -> Vec<String> {
    let mut paths = vec![
        entity.to_owned(),
        format!("{entity}/$ref"),
        format!("{entity}/$value"),
    ];
    for (name, _) in model.properties(of) {
        paths.push(format!("{entity}/{name}"));
        paths.push(format!("{entity}/{name}/$value"));
    }
    for (navigation, to, is_many) in model.navigations(of) {
        paths.push(format!("{entity}?$expand={navigation}"));
        for suffix in ["", "/$ref", "/$count"] {
            paths.push(format!("{entity}/{navigation}{suffix}"));
        }
        let inner = if is_many { "/$count" } else { "" };
        for (deeper, ..) in model.navigations(to) {
            paths.push(format!("{entity}/{navigation}{inner}/{deeper}"));
        }
    }
    paths
}

/// Every function and action, about every secret.
fn of_operations(model: &Model, worlds: &Worlds) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (name, is_action, parameters) in model.operations() {
        let (bound, others) = parameters.split_first().unwrap();
        let of = local(bound["$Type"].as_str().unwrap());
        let sets = model.sets();
        let (set, _) = sets.iter().find(|(_, it)| *it == of).unwrap();
        for secret in worlds.secrets.one_of_each() {
            let said = others.iter().map(|parameter| {
                let of = parameter["$Type"].as_str().unwrap_or("Edm.String");
                let name = parameter["$Name"].as_str().unwrap();
                (name, literal(of, secret).unwrap())
            });
            let place = if bound["$Collection"] == true {
                (*set).to_owned()
            } else {
                format!("{set}({secret})")
            };
            if is_action {
                let body: serde_json::Map<String, Value> = said
                    .map(|(name, value)| (name.to_owned(), json!(value.trim_matches('\''))))
                    .collect();
                asked.push(Asked {
                    method: Method::POST,
                    headers: vec![("content-type", "application/json".to_owned())],
                    body: Some(Value::Object(body).to_string()),
                    ..asked_for(set, &format!("{place}/{NAMESPACE}.{name}"))
                });
            } else {
                let said: Vec<String> = said.map(|(name, value)| format!("{name}={value}")).collect();
                let path = format!("{place}/{NAMESPACE}.{name}({})", said.join(","));
                asked.push(asked_for(set, &path));
            }
        }
    }
    asked
}

fn asked_for(set: &str, path: &str) -> Asked {
    Asked::get(set, format!("/odata/{}", path.replace(' ', "%20")))
}

/// The same requests in batches of both forms; a change set of the writes.
fn in_batches(asked: &[Asked]) -> Vec<Asked> {
    let mut batches = Vec::new();
    let post = |place: &str, kind: &str, body: String| Asked {
        method: Method::POST,
        headers: vec![
            ("content-type", kind.to_owned()),
            ("prefer", "odata.continue-on-error".to_owned()),
        ],
        body: Some(body),
        ..Asked::get(place, "/odata/$batch")
    };
    for some in asked.chunks(IN_A_BATCH) {
        let requests: Vec<Value> = some
            .iter()
            .enumerate()
            .map(|(number, one)| {
                let mut request = json!({ "id": number.to_string(), "method": one.method.as_str(),
                    "url": one.path.trim_start_matches("/odata/") });
                if let Some(body) = &one.body {
                    request["headers"] = one.headers.iter().cloned().collect();
                    request["body"] = serde_json::from_str(body).unwrap();
                }
                request
            })
            .collect();
        let body = json!({ "requests": requests }).to_string();
        batches.push(post("$batch", "application/json", body));
    }
    let writes = asked
        .iter()
        .filter(|one| matches!(one.method, Method::PUT | Method::DELETE));
    for (number, one) in writes.enumerate() {
        let request = json!({ "id": number.to_string(), "atomicityGroup": "g", "method": one.method.as_str(),
            "url": one.path.trim_start_matches("/odata/"), "headers": { "content-type": "application/json" },
            "body": serde_json::from_str::<Value>(one.body.as_deref().unwrap()).unwrap() });
        let body = json!({ "requests": [request] }).to_string();
        batches.push(post("$batch", "application/json", body));
    }
    let reads: Vec<&Asked> = asked.iter().filter(|one| one.method == Method::GET).collect();
    let mut parts = String::new();
    for one in reads.iter().step_by(reads.len() / 100 + 1) {
        let path = one.path.trim_start_matches("/odata/");
        let head = "--b\r\ncontent-type: application/http\r\ncontent-transfer-encoding: binary\r\n\r\nGET ";
        parts.extend([head, path, " HTTP/1.1\r\n\r\n\r\n"]);
    }
    parts += "--b--\r\n";
    batches.push(post("batches of parts", "multipart/mixed; boundary=b", parts));
    batches
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_strangers_learn_nothing_by_any_set_key_option_function_or_batch() {
    let worlds = Worlds::open().await;
    let model = Model::of(&worlds).await;
    let mut asked = Vec::new();
    for (set, of) in model.sets() {
        asked.extend(of_set(&model, set, of, &worlds));
        asked.extend(by_other_ways(&model, set, of, &worlds));
    }
    asked.extend(of_operations(&model, &worlds));
    let every_tenth: Vec<Asked> = asked.iter().step_by(10).cloned().collect();
    let batches = in_batches(&every_tenth);
    worlds.walk(&asked, &TOLD_APART).await;
    worlds.same_for_strangers(&batches).await;
}
