//! Vocabularies the CRM may add words to.

/// An enum of the CRM's words that keeps a word it does not know. Words are read whatever the case
/// of their letters: the documentation spells some of them in two ways.
macro_rules! open_word {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal $(| $number:literal)?,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
            /// Any other, by the CRM's own word.
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

            /// Reads the CRM's word.
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
                match vochi_crm_core::wire::text_or_none(deserializer)? {
                    Some(word) => Ok(Self::of(&word)),
                    None => Err(serde::de::Error::custom("it is no word")),
                }
            }
        }
    };
}

pub(super) use open_word;
