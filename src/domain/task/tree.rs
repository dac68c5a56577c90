//! How tasks form trees (T1 to T8).
