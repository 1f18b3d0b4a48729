//! The attributes that every pool has, and how a pool's schema is stored beside them (admin.md 1.4).

use std::sync::LazyLock;

use cognate_shapes::*;

/// The standard attributes in the order in which Describe lists them.
static STANDARD: LazyLock<Vec<SchemaAttributeType>> = LazyLock::new(|| {
    let text = |name: &str, min: &str, max: &str| SchemaAttributeType {
        string_attribute_constraints: Some(StringAttributeConstraintsType {
            min_length: Some(min.into()),
            max_length: Some(max.into()),
        }),
        ..plain(name, AttributeDataType::String)
    };
    let open = |name: &str| text(name, "0", "2048");
    let sub = SchemaAttributeType {
        mutable: Some(false),
        required: Some(true),
        ..text("sub", "1", "2048")
    };
    let updated_at = SchemaAttributeType {
        number_attribute_constraints: Some(NumberAttributeConstraintsType {
            min_value: Some("0".into()),
            max_value: None,
        }),
        ..plain("updated_at", AttributeDataType::Number)
    };
    let identities = SchemaAttributeType {
        string_attribute_constraints: Some(StringAttributeConstraintsType::default()),
        ..plain("identities", AttributeDataType::String)
    };
    vec![
        sub,
        open("name"),
        open("given_name"),
        open("family_name"),
        open("middle_name"),
        open("nickname"),
        open("preferred_username"),
        open("profile"),
        open("picture"),
        open("website"),
        open("email"),
        plain("email_verified", AttributeDataType::Boolean),
        open("gender"),
        text("birthdate", "10", "10"),
        open("zoneinfo"),
        open("locale"),
        open("phone_number"),
        plain("phone_number_verified", AttributeDataType::Boolean),
        open("address"),
        updated_at,
        identities,
    ]
});

/// Returns a mutable, optional attribute without constraints.
fn plain(name: &str, data_type: AttributeDataType) -> SchemaAttributeType {
    SchemaAttributeType {
        name: Some(name.into()),
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(false),
        mutable: Some(true),
        required: Some(false),
        number_attribute_constraints: None,
        string_attribute_constraints: None,
    }
}

/// Returns the standard attributes of a pool that redeclares none.
pub fn standard_attributes() -> Vec<SchemaAttributeType> {
    STANDARD.clone()
}

/// True if `name` is a standard attribute.
pub fn is_standard(name: &str) -> bool {
    STANDARD.iter().any(|a| a.name.as_deref() == Some(name))
}

/// The stored form of a schema: only what differs from the standard attributes, so that a pool costs few bytes.
pub mod stored {
    use cognate_shapes::SchemaAttributeType;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::STANDARD;

    /// Writes the redeclared and the custom attributes.
    ///
    /// # Errors
    /// The serialiser's.
    pub fn serialize<S: Serializer>(
        schema: &[SchemaAttributeType],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let own: Vec<&SchemaAttributeType> =
            schema.iter().filter(|a| !STANDARD.contains(a)).collect();
        own.serialize(to)
    }

    /// Lays the redeclared attributes over the standard ones and appends the custom ones.
    ///
    /// # Errors
    /// The deserialiser's.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<SchemaAttributeType>, D::Error> {
        let own: Vec<SchemaAttributeType> = Vec::deserialize(from)?;
        let mut schema = STANDARD.clone();
        for attribute in own {
            match schema.iter_mut().find(|a| a.name == attribute.name) {
                Some(standard) => *standard = attribute,
                None => schema.push(attribute),
            }
        }
        Ok(schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_schema_comes_back_in_order() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Holder(#[serde(with = "stored")] Vec<SchemaAttributeType>);
        let mut schema = standard_attributes();
        schema[10].required = Some(true);
        schema.push(plain("custom:b", AttributeDataType::Number));
        schema.push(plain("custom:a", AttributeDataType::Boolean));
        let json = serde_json::to_string(&Holder(schema.clone())).unwrap();
        let back: Holder = serde_json::from_str(&json).unwrap();
        assert!(back.0 == schema);
        assert_eq!(json.matches("Name").count(), 3, "{json}");
    }

    #[test]
    fn the_standard_attributes_stand_in_the_order_of_the_service() {
        let names: Vec<_> = standard_attributes()
            .into_iter()
            .filter_map(|a| a.name)
            .collect();
        assert_eq!(
            names.join(" "),
            "sub name given_name family_name middle_name nickname preferred_username profile picture website email \
             email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at \
             identities"
        );
    }
}
