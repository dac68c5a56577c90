//! Orders of lists: an input object and an enumeration per entity, made out of the model's table.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{Enum, InputType, InputValueError, InputValueResult, Value};

use super::input::{Member, input_object};
use super::names::constant_name;
use crate::domain::model::Property;
use crate::domain::query::Order;
use crate::graphql::types::connection::Listed;

/// One key of the order of a list of `O`.
pub struct OrderOf<O> {
    order: Order,
    of: PhantomData<fn() -> O>,
}

/// The most keys of one order.
pub const MAX_KEYS: usize = 10;

/// Which end of an order comes first.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum OrderDirection {
    /// Least first; null before everything else.
    Asc,
    /// Greatest first; null after everything else.
    Desc,
}

impl<O> OrderOf<O> {
    /// The same in the domain's language.
    pub const fn order(&self) -> Order {
        self.order
    }
}

impl<O: Listed> InputType for OrderOf<O> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        O::ORDER.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            register_fields::<O>(registry);
            let direction = OrderDirection::create_type_info(registry);
            let mut direction = Member::new("direction", "Which end comes first.", direction);
            direction.default = Some("ASC".to_owned());
            let members = vec![
                Member::new("field", "By what to order.", format!("{}!", O::ORDER_FIELD)),
                direction,
            ];
            let about = format!("One key of the order of a list of `{}`.", O::NAME);
            input_object(O::ORDER, &about, members, std::any::type_name::<Self>())
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::Object(mut members)) = value else {
            return Err(InputValueError::custom("an order is an object"));
        };
        let property = members.get("field").and_then(property_of::<O>);
        let property =
            property.ok_or_else(|| InputValueError::custom("there is no such field to order by"))?;
        let direction = match members.swap_remove("direction") {
            None => OrderDirection::Asc,
            given => OrderDirection::parse(given).map_err(InputValueError::propagate)?,
        };
        let order = Order {
            property,
            descending: direction == OrderDirection::Desc,
        };
        Ok(Self {
            order,
            of: PhantomData,
        })
    }

    /// Never asked for: there are no defaults of orders.
    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn property_of<O: Listed>(name: &Value) -> Option<&'static Property> {
    let name = match name {
        Value::Enum(name) => name.as_str(),
        Value::String(name) => name.as_str(),
        _ => return None,
    };
    let mut properties = O::MODEL.properties.iter().copied();
    properties.find(|property| constant_name(property) == name)
}

fn register_fields<O: Listed>(registry: &mut Registry) {
    let enum_values: IndexMap<String, MetaEnumValue> = O::MODEL
        .properties
        .iter()
        .map(|property| (constant_name(property), meta(property)))
        .collect();
    let entry = MetaType::Enum {
        name: O::ORDER_FIELD.to_owned(),
        description: Some(format!("What a list of `{}` can be ordered by.", O::NAME)),
        enum_values,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(O::ORDER_FIELD.to_owned(), entry);
}

fn meta(property: &Property) -> MetaEnumValue {
    MetaEnumValue {
        name: constant_name(property),
        description: Some(property.description.to_owned()),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    }
}
