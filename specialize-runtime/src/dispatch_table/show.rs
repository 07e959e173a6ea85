//! How a table looks to whoever debugs a program: what its methods say, and not the text of its function.

use std::fmt;

use super::DispatchTable;

impl fmt::Debug for DispatchTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DispatchTable")
            .field("name", &self.name())
            .field("module_path", &self.module_path())
            .field("parameters", &self.parameters())
            .field("capacity", &self.capacity())
            .field("entries", &self.entries())
            .field("counts", &self.counts())
            .field("last_error", &self.last_error())
            .finish_non_exhaustive()
    }
}
