//! The macro `entity!`.

/// Declares an entity of a response from its documented fields: `name: kind = "wire name"`.
///
/// | kind | type |
/// | --- | --- |
/// | `own(T)` | `T`, required: an entity without it is none |
/// | `text` | `Option<String>`, trimmed, with HTML entities decoded |
/// | `id(T)` | `Option<T>`; 0 is none |
/// | `flag` | `Option<bool>` |
/// | `number` | `Option<i64>` |
/// | `time` | `Option<Moment>`; an invalid date is none |
/// | `word(T)` | `Option<T>`, of an open vocabulary |
macro_rules! entity {
    ($(#[$meta:meta])* $name:ident { $(
        $(#[$doc:meta])* $field:ident: $kind:ident $(($of:ty))? = $wire:literal,
    )* }) => {
        entity! { @fields [$(#[$meta])*] $name [] $(
            [$(#[$doc])*] $field $kind [$($of)?] $wire,
        )* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident own [$of:ty] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)* #[serde(rename = $wire)] pub $field: $of,
        ] $($rest)* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident text [] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)*
            #[serde(default, rename = $wire, deserialize_with = "crate::model::text::decoded")]
            pub $field: Option<String>,
        ] $($rest)* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident flag [] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)*
            #[serde(default, rename = $wire, deserialize_with = "vochi_crm_core::wire::bool_or_none")]
            pub $field: Option<bool>,
        ] $($rest)* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident number [] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)*
            #[serde(default, rename = $wire,
                deserialize_with = "vochi_crm_core::wire::integer_or_none")]
            pub $field: Option<i64>,
        ] $($rest)* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident time [] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)*
            #[serde(default, rename = $wire, deserialize_with = "vochi_crm_core::wire::value_or_none")]
            pub $field: Option<crate::model::Moment>,
        ] $($rest)* }
    };
    (@fields $head:tt $name:ident [$($done:tt)*]
        [$($doc:tt)*] $field:ident $kind:ident [$of:ty] $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)*
            #[serde(default, rename = $wire, deserialize_with = "vochi_crm_core::wire::value_or_none")]
            pub $field: Option<$of>,
        ] $($rest)* }
    };
    (@fields [$($meta:tt)*] $name:ident [$($done:tt)*]) => {
        $($meta)*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name { $($done)* }
    };
}

pub(crate) use entity;
