//! The macro [`setters!`](crate::setters).

/// Declares a structure with a constructor and setters from its documented fields.
///
/// | field | constructor | setter |
/// | --- | --- | --- |
/// | `name: T` | parameter, `impl Into<T>` | none |
/// | `name: T = default` | default | `.name(x)`, `impl Into<T>` |
/// | `name: bool` | `false` | `.name()` |
/// | `name: Option<String>` | absent | `.name(x)`, `impl Into<String>` |
/// | `name: Option<T>` | absent | `.name(x)` or `.name(Some(x))` |
/// | `name: Option<Vec<T>>` | absent | `.name([x, …])` adds; present though empty |
/// | `name: Vec<T>`, `Unique<T>` | empty | `.name([x, …])` adds |
/// | `name: BTreeMap<String, T>` | empty | `.name(key, x)` adds |
///
/// The documentation of a field is the documentation of its setter. Parameters of `new` are in the
/// order of declaration. Other modules of the crate read the fields; hosts do not.
///
/// `payload` in place of `struct` adds `Serialize`: names in camel case, or in the case of
/// `payload("snake_case")`; absent, empty and `false` fields left out. One `#[serde(…)]` per field
/// is allowed. The crate that uses it needs serde.
///
/// ```
/// use vochi_crm_core::setters;
///
/// setters! {
///     /// A task to write.
///     #[derive(PartialEq, Eq)]
///     pub payload TaskData {
///         /// The text.
///         text: String,
///         /// The number to call.
///         phone: Option<String>,
///         /// The user who does the task.
///         performer_id: Option<u32>,
///         /// The names of its tags.
///         #[serde(rename = "addTags")]
///         tags: Vec<String>,
///         /// Marks the task as urgent.
///         urgent: bool,
///     }
/// }
///
/// let task = TaskData::new("Call back").performer_id(7).tags(["vip"]).urgent();
/// assert_eq!(
///     serde_json::to_string(&task)?,
///     r#"{"text":"Call back","performerId":7,"addTags":["vip"],"urgent":true}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! setters {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($body:tt)* }) => {
        $crate::setters!(@field [struct [$(#[$meta])*] $name $vis] [] [] [] [] $($body)*);
    };
    ($(#[$meta:meta])* $vis:vis payload $name:ident { $($body:tt)* }) => {
        $crate::setters! { $(#[$meta])* $vis payload("camelCase") $name { $($body)* } }
    };
    ($(#[$meta:meta])* $vis:vis payload($case:literal) $name:ident { $($body:tt)* }) => {
        $crate::setters!(@field [payload $case [$(#[$meta])*] $name $vis] [] [] [] [] $($body)*);
    };

    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: bool, $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] ["std::ops::Not::not"] [bool]}]
            [$($p)*] [$($i)* $field: false,]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(mut self) -> Self {
                    self.$field = true;
                    self
                }
            ] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: Option<String>,
        $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] ["Option::is_none"] [Option<String>]}]
            [$($p)*] [$($i)* $field: None,]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(mut self, value: impl Into<String>) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            ] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: Option<Vec<$type:ty>>,
        $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] ["Option::is_none"] [Option<Vec<$type>>]}]
            [$($p)*] [$($i)* $field: None,]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(
                    mut self,
                    values: impl IntoIterator<Item = impl Into<$type>>,
                ) -> Self {
                    let values = values.into_iter().map(Into::into);
                    self.$field.get_or_insert_default().extend(values);
                    self
                }
            ] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: Option<$type:ty>,
        $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] ["Option::is_none"] [Option<$type>]}]
            [$($p)*] [$($i)* $field: None,]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(mut self, value: impl Into<Option<$type>>) -> Self {
                    self.$field = value.into();
                    self
                }
            ] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: Vec<$type:ty>,
        $($rest:tt)*) => {
        $crate::setters!(@list $head [$($f)*] [$($p)*] [$($i)*] [$($s)*]
            [$(#[doc = $doc])*] [$($($serde)*)?] $field ["Vec::is_empty"] [Vec<$type>] [$type]
            $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: Unique<$type:ty>,
        $($rest:tt)*) => {
        $crate::setters!(@list $head [$($f)*] [$($p)*] [$($i)*] [$($s)*]
            [$(#[doc = $doc])*] [$($($serde)*)?] $field ["Unique::is_empty"] [Unique<$type>] [$type]
            $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident:
        BTreeMap<String, $type:ty>, $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {
                $field [$($($serde)*)?] ["BTreeMap::is_empty"] [BTreeMap<String, $type>]
            }]
            [$($p)*] [$($i)* $field: BTreeMap::new(),]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(mut self, key: impl Into<String>, value: impl Into<$type>) -> Self {
                    self.$field.insert(key.into(), value.into());
                    self
                }
            ] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: $type:ty,
        $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] [] [$type]}]
            [$($p)* $field: impl Into<$type>,] [$($i)* $field: $field.into(),]
            [$($s)*] $($rest)*);
    };
    (@field $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $field:ident: $type:ty = $value:expr,
        $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field [$($($serde)*)?] [] [$type]}]
            [$($p)*] [$($i)* $field: $value,]
            [$($s)*
                $(#[doc = $doc])*
                #[must_use]
                pub fn $field(mut self, value: impl Into<$type>) -> Self {
                    self.$field = value.into();
                    self
                }
            ] $($rest)*);
    };

    (@list $head:tt [$($f:tt)*] [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]
        [$($doc:tt)*] $serde:tt $field:ident $skip:tt [$list:ty] [$type:ty] $($rest:tt)*) => {
        $crate::setters!(@field $head
            [$($f)* {$field $serde $skip [$list]}]
            [$($p)*] [$($i)* $field: Default::default(),]
            [$($s)*
                $($doc)*
                #[must_use]
                pub fn $field(
                    mut self,
                    values: impl IntoIterator<Item = impl Into<$type>>,
                ) -> Self {
                    self.$field.extend(values.into_iter().map(Into::<$type>::into));
                    self
                }
            ] $($rest)*);
    };

    (@field [struct [$($meta:tt)*] $name:ident $vis:vis]
        [$({$field:ident $serde:tt $skip:tt [$type:ty]})*] $p:tt $i:tt $s:tt) => {
        $($meta)*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $(pub(crate) $field: $type,)*
        }
        $crate::setters!(@impl $name $p $i $s);
    };
    (@field [payload $case:literal [$($meta:tt)*] $name:ident $vis:vis]
        [$({$field:ident [$($serde:tt)*] [$($skip:literal)?] [$type:ty]})*] $p:tt $i:tt $s:tt) => {
        $($meta)*
        #[derive(Clone, Debug, serde::Serialize)]
        #[serde(rename_all = $case)]
        $vis struct $name {
            $(
                #[serde($($serde)*)]
                $(#[serde(skip_serializing_if = $skip)])?
                pub(crate) $field: $type,
            )*
        }
        $crate::setters!(@impl $name $p $i $s);
    };
    (@impl $name:ident [$($p:tt)*] [$($i:tt)*] [$($s:tt)*]) => {
        #[allow(unreachable_pub, reason = "the structure may be private")]
        impl $name {
            /// Creates the value from its required fields.
            pub fn new($($p)*) -> Self {
                Self { $($i)* }
            }

            $($s)*
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use crate::{Seconds, Unique};

    setters! {
        /// Every kind of field.
        #[derive(PartialEq, Eq)]
        payload Everything {
            /// Required.
            name: String,
            /// A flag.
            active: bool,
            /// An optional text.
            site: Option<String>,
            /// An optional value.
            talk: Option<Seconds>,
            /// An optional list.
            ids: Option<Vec<u32>>,
            /// A list.
            add_tags: Vec<String>,
            /// A set.
            codes: Unique<u32>,
            /// A map.
            #[serde(rename = "customFields")]
            custom_field: BTreeMap<String, u32>,
            /// Not written.
            #[serde(skip)]
            hidden: Option<u32>,
            /// With a default.
            limit: u32 = 100u32,
        }
    }

    setters! {
        /// Names of another case.
        payload("snake_case") Reminder {
            /// The due time.
            datetime_to: Option<String>,
        }
    }

    setters! {
        /// Not written at all.
        #[derive(PartialEq, Eq)]
        struct Query {
            /// Required.
            id: u32,
            /// Optional.
            site: Option<String>,
        }
    }

    #[test]
    fn absent_fields_are_left_out() {
        assert_eq!(json!(Everything::new("a")), json!({"name": "a", "limit": 100}));
        assert_eq!(Query::new(7u32).site("s"), Query { id: 7, site: Some("s".to_owned()) });
    }

    #[test]
    fn fields_are_written_in_order_under_their_names() {
        let all = Everything::new("a")
            .codes([1u32, 2])
            .codes([2u32])
            .add_tags(["x"])
            .add_tags(["x".to_owned()])
            .ids([3u32])
            .ids([4u32])
            .talk(Seconds::new(5))
            .site("s")
            .active()
            .custom_field("k", 6u32)
            .hidden(8)
            .limit(20u32);
        assert_eq!(
            serde_json::to_string(&all).unwrap(),
            r#"{"name":"a","active":true,"site":"s","talk":5,"ids":[3,4],"addTags":["x","x"],"codes":[1,2],"customFields":{"k":6},"limit":20}"#
        );
    }

    #[test]
    fn names_are_in_the_declared_case() {
        assert_eq!(json!(Reminder::new().datetime_to("x")), json!({"datetime_to": "x"}));
    }

    #[test]
    fn empty_optional_list_is_written() {
        let none: [u32; 0] = [];
        assert_eq!(json!(Everything::new("a").ids(none))["ids"], json!([]));
    }

    #[test]
    fn optional_value_can_be_unset() {
        let all = Everything::new("a").talk(Seconds::new(5));
        assert_eq!(all.talk(None), Everything::new("a"));
    }
}
