//! Ids that are numbers in the CRM.

/// An id that the CRM counts up. Answers write it as a number or as text; 0 is none.
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// An id.
            pub const fn new(id: u64) -> Self {
                Self(id)
            }

            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let id = vochi_crm_core::wire::id_or_none(deserializer)?;
                id.and_then(|id| id.parse().ok())
                    .map(Self)
                    .ok_or_else(|| serde::de::Error::custom("it is no id"))
            }
        }
    };
}

pub(super) use number_id;
