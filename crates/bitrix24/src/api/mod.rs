//! Bitrix24's methods as values.
