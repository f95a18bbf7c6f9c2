//! Vocabularies the CRM may add words to.

/// An enum of the CRM's words that keeps a word it does not know.
macro_rules! open_word {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ }) => {
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
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match vochi_crm_core::wire::text_or_none(deserializer)? {
                    $(Some(word) if word == $text => Ok(Self::$word),)+
                    Some(word) => Ok(Self::Other(word)),
                    None => Err(serde::de::Error::custom("it is no word")),
                }
            }
        }
    };
}

pub(super) use open_word;
