//! Open vocabularies, to which a CRM may add words.

/// Declares an enum of a CRM's words that keeps unknown words.
///
/// Words are parsed case-insensitively, because documentations differ in case, and written as
/// declared. A word may have a second spelling, for a CRM that also uses numbers. The crate that
/// uses it needs serde.
///
/// ```
/// vochi_crm_core::open_word! {
///     /// Whether a task is done.
///     Status {
///         /// It is.
///         Done = "done" | "1",
///         /// Not yet.
///         Open = "open" | "0",
///     }
/// }
/// assert_eq!(Status::of("DONE"), Status::Done);
/// assert_eq!(serde_json::from_str::<Status>("0")?, Status::Open);
/// assert_eq!(Status::of("postponed").as_str(), "postponed");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_word {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal $(| $number:literal)?,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
            /// Any other word of the CRM.
            Other(String),
        }

        impl $name {
            /// The CRM's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(word) => word,
                }
            }

            /// Parses the CRM's word.
            pub fn of(word: &str) -> Self {
                let word = word.trim();
                $(if word.eq_ignore_ascii_case($text) $(|| word == $number)? {
                    return Self::$word;
                })+
                Self::Other(word.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match $crate::wire::text_or_none(deserializer)? {
                    Some(word) => Ok(Self::of(&word)),
                    None => Err(serde::de::Error::custom("expected a word")),
                }
            }
        }
    };
}
