//! The macros [`keys!`](crate::keys) and [`choice!`](crate::choice).

/// Makes the configuration of an account from its documented keys: a structure with `Clone`,
/// `Debug`, `Default` and `Deserialize`, and its table [`Keys`](crate::config::Keys).
///
/// The type of a field gives the kind of its key ([`Setting`](crate::config::Setting)). After the
/// documentation a field may have one `#[serde(…)]`, then one `#[key(…)]` with functions of
/// [`Key`](crate::config::Key) (`id`, `needed`, `or("other_key")`, …). `= default` sets the value of
/// a text. The documentation goes into tables for operators: Markdown without links. The crate that
/// uses the macro needs serde.
///
/// ```
/// use vochi_crm_core::config::{Keys, Kind};
/// use vochi_crm_core::{Secret, keys};
///
/// keys! {
///     /// What an account of this CRM needs.
///     pub struct Config {
///         /// The address of the CRM.
///         #[key(origin)]
///         url: String = "https://crm.example.test",
///         /// The API key.
///         #[key(needed)]
///         api_key: Option<Secret>,
///     }
/// }
///
/// assert_eq!(Config::default().url, "https://crm.example.test");
/// let [url, api_key] = Config::KEYS else { unreachable!() };
/// assert_eq!((url.name, url.default), ("url", Some("https://crm.example.test")));
/// assert_eq!((api_key.kind, api_key.documentation()), (Kind::Secret, "The API key."));
/// ```
#[macro_export]
macro_rules! keys {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $(
        $(#[doc = $doc:literal])*
        $(#[serde($($serde:tt)*)])?
        $(#[key($($function:ident $(($argument:expr))?),+)])?
        $field:ident: $type:ty $(= $default:expr)?,
    )* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        $vis struct $name { $(
            $(#[doc = $doc])*
            $(#[serde($($serde)*)])?
            pub $field: $type,
        )* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::keys!(@default $($default)?),)* }
            }
        }

        impl $crate::config::Keys for $name {
            const KEYS: &'static [$crate::config::Key] = &[$(
                $crate::config::Key::new(
                    stringify!($field),
                    <$type as $crate::config::Setting>::KIND,
                    concat!($($doc),*),
                )
                $(.default($default))?
                $($(.$function($($argument)?))+)?,
            )*];
        }
    };
    (@default) => { Default::default() };
    (@default $default:expr) => { $default.into() };
}

/// Makes an enum of the words a key takes. The first is the default.
///
/// ```
/// use vochi_crm_core::choice;
/// use vochi_crm_core::config::{Kind, Setting};
///
/// choice! {
///     /// When the popup is shown.
///     pub enum Popup {
///         /// When the phone rings.
///         Ring = "ring",
///         /// Never.
///         Never = "never",
///     }
/// }
///
/// assert_eq!(Popup::default().as_str(), "ring");
/// assert_eq!(Popup::KIND, Kind::Choice(&["ring", "never"]));
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[$first_meta:meta])* $first:ident = $first_word:literal,
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
        #[non_exhaustive]
        $vis enum $name {
            $(#[$first_meta])*
            #[default]
            #[serde(rename = $first_word)]
            $first,
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word, the default first.
            pub const WORDS: &'static [&'static str] = &[$first_word, $($word),*];

            /// The choice as it is written in configuration.
            pub const fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$variant => $word,)* }
            }
        }

        impl $crate::config::Setting for $name {
            const KIND: $crate::config::Kind = $crate::config::Kind::Choice(Self::WORDS);
        }
    };
}
