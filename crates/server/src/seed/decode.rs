//! From the values of a document to types, with the line of what does not fit.

use std::fmt::Display;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::SeedError;
use super::document::{Content, Node};

/// Returns the value as a type.
///
/// # Errors
/// What does not fit, with its line.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, SeedError> {
    T::deserialize(From(node))
}

struct From<'a>(&'a Node);

impl de::Error for SeedError {
    fn custom<T: Display>(text: T) -> Self {
        Self::of(&text.to_string())
    }

    /// Never with the value, which may be a password.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unit | Unexpected::Option => "nothing",
            Unexpected::Str(_) => "a text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a table",
            _ => "a number",
        };
        Self::of(&format!("this is {found}, expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::of(&format!("this value is not taken, expected {expected}"))
    }
}

impl<'de> de::Deserializer<'de> for From<'_> {
    type Error = SeedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SeedError> {
        let line = self.0.line;
        let read = match &self.0.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => visitor.visit_i64(whole),
                (None, Some(part)) => visitor.visit_f64(part),
                (None, None) => Err(SeedError::of("the number is too large")),
            },
            Content::Text(text) => visitor.visit_str(text),
            Content::List(items) => visitor.visit_seq(Items(items.iter())),
            Content::Table(members) => visitor.visit_map(Members {
                rest: members.iter(),
                value: None,
            }),
        };
        read.map_err(|error| error.or_line(line))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SeedError> {
        match self.0.content {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SeedError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SeedError> {
        let line = self.0.line;
        let word = self.0.text();
        let word = word.ok_or_else(|| SeedError::at(line, "this is a word"))?;
        visitor
            .visit_enum(Word(word))
            .map_err(|error| error.or_line(line))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = SeedError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SeedError> {
        self.0
            .next()
            .map(|node| seed.deserialize(From(node)))
            .transpose()
    }
}

struct Members<'a> {
    rest: std::slice::Iter<'a, (String, usize, Node)>,
    value: Option<(&'a str, usize, &'a Node)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = SeedError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, SeedError> {
        let Some((name, line, node)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some((name, *line, node));
        let read = seed.deserialize(name.as_str().into_deserializer());
        read.map(Some)
            .map_err(|error: SeedError| error.or_line(*line))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, SeedError> {
        let Some((name, line, node)) = self.value.take() else {
            return Err(SeedError::of("a member has no value"));
        };
        let read = seed.deserialize(From(node));
        read.map_err(|error| error.or_line(line).within(name))
    }
}

struct Word<'a>(&'a str);

impl<'de> EnumAccess<'de> for Word<'_> {
    type Error = SeedError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), SeedError> {
        let read = seed.deserialize(self.0.into_deserializer())?;
        Ok((read, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_> {
    type Error = SeedError;

    fn unit_variant(self) -> Result<(), SeedError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, SeedError> {
        Err(SeedError::of("this is a word"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, SeedError> {
        Err(SeedError::of("this is a word"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, SeedError> {
        Err(SeedError::of("this is a word"))
    }
}
