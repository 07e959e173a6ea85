//! An enum whose values may be specialized on.

#[specialize]
mod programs {
    #[derive(Clone, Copy, specialize::Value)]
    pub enum Operation {
        Add,
        Multiply,
    }

    #[specialize(operations in [&[Operation::Add]])]
    pub fn run(operations: &[Operation], n: u32) -> u32 {
        operations.iter().fold(n, |sum, operation| match operation {
            Operation::Add => sum + n,
            Operation::Multiply => sum * n,
        })
    }
}
