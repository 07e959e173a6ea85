//! Paths of the user's crate.

mod inner {
    use specialize::specialize;

    pub fn helper(x: u32) -> u32 {
        x
    }

    #[specialize(n)]
    fn relative(n: u32) -> u32 {
        super::inner::helper(n) + self::helper(n)
    }

    #[specialize(n)]
    fn absolute(n: u32) -> u32 {
        use crate::inner::helper;
        helper(n) + crate::inner::helper(n)
    }

    #[specialize(n)]
    fn in_a_macro(n: u32) -> u32 {
        assert!(crate::inner::helper(n) > 0, "{}", super::inner::helper(n));
        vec![self::helper(n)][0]
    }
}

fn main() {}
