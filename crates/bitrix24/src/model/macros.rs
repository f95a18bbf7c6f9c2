//! The macros `entity!` and `open_number!`.

/// Declares an entity of a response from its fields: `name: kind = "wire name"`.
///
/// | kind | type |
/// | --- | --- |
/// | `own(T)` | `T`, required: an entity without it is none |
/// | `text` | `Option<String>`; `""`, `false` and `{}` are none |
/// | `flag` | `Option<bool>`: `true`, `"Y"`, `1` |
/// | `number` | `Option<i64>` |
/// | `time` | `Option<Timestamp>`; `""` and `{}` are none |
/// | `value(T)` | `Option<T>`: an id, or a word of an open vocabulary |
/// | `list(T)` | `Vec<T>`; a map with numeric keys is a list |
/// | `texts` | `Vec<String>` |
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
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident text [] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Option<String>] "vochi_crm_core::wire::text_or_none" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident flag [] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Option<bool>] "vochi_crm_core::wire::bool_or_none" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident number [] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Option<i64>] "vochi_crm_core::wire::integer_or_none" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident time [] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Option<vochi_crm_core::Timestamp>]
            "vochi_crm_core::wire::value_or_none" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident value [$of:ty] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Option<$of>] "vochi_crm_core::wire::value_or_none" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident list [$of:ty] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Vec<$of>] "vochi_crm_core::wire::list_or_values" $wire, $($rest)* }
    };
    (@fields $head:tt $name:ident $done:tt
        $doc:tt $field:ident texts [] $wire:literal, $($rest:tt)*) => {
        entity! { @add $head $name $done $doc $field [Vec<String>] "vochi_crm_core::wire::texts" $wire, $($rest)* }
    };
    (@add $head:tt $name:ident [$($done:tt)*] [$($doc:tt)*] $field:ident [$type:ty]
        $reader:literal $wire:literal, $($rest:tt)*) => {
        entity! { @fields $head $name [$($done)*
            $($doc)* #[serde(default, rename = $wire, deserialize_with = $reader)]
            pub $field: $type,
        ] $($rest)* }
    };
    (@fields [$($meta:tt)*] $name:ident [$($done:tt)*]) => {
        $($meta)*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        #[non_exhaustive]
        #[allow(unreachable_pub, reason = "the structure may be private")]
        pub struct $name { $($done)* }
    };
}

/// Declares an enum of the vendor's numbers, with `Other` for numbers that it may add.
macro_rules! open_number {
    ($(#[$doc:meta])* $name:ident { $($(#[$number_doc:meta])* $word:ident = $number:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$number_doc])* $word,)+
            /// Any other number of the vendor.
            Other(u64),
        }

        impl $name {
            /// The vendor's number.
            pub const fn number(self) -> u64 {
                match self {
                    $(Self::$word => $number,)+
                    Self::Other(number) => number,
                }
            }

            /// The meaning of a number.
            pub const fn of(number: u64) -> Self {
                match number {
                    $($number => Self::$word,)+
                    number => Self::Other(number),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let word = match self {
                    $(Self::$word => stringify!($word),)+
                    Self::Other(_) => "Other",
                };
                write!(f, "{word}({})", self.number())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(self.number())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = vochi_crm_core::wire::integer_or_none(deserializer)?;
                number
                    .and_then(|number| u64::try_from(number).ok())
                    .map(Self::of)
                    .ok_or_else(|| serde::de::Error::custom("expected a number"))
            }
        }
    };
}

pub(crate) use {entity, open_number};
