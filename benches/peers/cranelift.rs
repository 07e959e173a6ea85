//! `power` by Cranelift, which neither unrolls nor reassociates: what it is given is unrolled already.

use std::error::Error;
use std::mem;

use cranelift_codegen::ir::{AbiParam, InstBuilder, UserFuncName, Value, types};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};

/// Cranelift, set up for this processor.
pub(crate) struct CodeGenerator {
    isa: OwnedTargetIsa,
}

/// What is written for the generator.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A multiplication for each round, as unrolling the loop gives.
    Unrolled,
    /// Squares and products, as who knows the function would write it.
    Squares,
}

/// A function, as long as its module's memory is there.
pub(crate) struct Generated {
    function: extern "C" fn(u64) -> u64,
    module: Option<JITModule>,
}

impl CodeGenerator {
    pub(crate) fn new() -> Result<CodeGenerator, Box<dyn Error>> {
        let mut flags = settings::builder();
        flags.set("opt_level", "speed")?;
        flags.set("enable_verifier", "false")?;
        flags.set("use_colocated_libcalls", "false")?;
        flags.set("is_pic", "false")?;
        Ok(CodeGenerator { isa: cranelift_native::builder()?.finish(settings::Flags::new(flags))? })
    }

    /// `power` for one exponent, in a module of its own, so that its memory can be given back.
    pub(crate) fn power(&self, n: u32, form: Form) -> Result<Generated, Box<dyn Error>> {
        let mut module = JITModule::new(JITBuilder::with_isa(self.isa.clone(), default_libcall_names()));
        let mut context = module.make_context();
        context.func.signature.params.push(AbiParam::new(types::I64));
        context.func.signature.returns.push(AbiParam::new(types::I64));
        let function = module.declare_function("power", Linkage::Export, &context.func.signature)?;
        context.func.name = UserFuncName::user(0, function.as_u32());
        let mut parts = FunctionBuilderContext::new();
        let mut builder = FunctionBuilder::new(&mut context.func, &mut parts);
        let block = builder.create_block();
        builder.append_block_params_for_function_params(block);
        builder.switch_to_block(block);
        let x = builder.block_params(block)[0];
        let product = match form {
            Form::Unrolled => unrolled(&mut builder, x, n),
            Form::Squares => squares(&mut builder, x, n),
        };
        builder.ins().return_(&[product]);
        builder.seal_all_blocks();
        builder.finalize(module.target_config());
        module.define_function(function, &mut context)?;
        module.finalize_definitions()?;
        let code = module.get_finalized_function(function);
        // SAFETY: the code is finished, and was declared above with this signature in the platform's own convention.
        let function = unsafe { mem::transmute::<*const u8, extern "C" fn(u64) -> u64>(code) };
        Ok(Generated { function, module: Some(module) })
    }
}

impl Generated {
    pub(crate) fn call(&self, x: u64) -> u64 {
        (self.function)(x)
    }
}

impl Drop for Generated {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: the function is the only one in the module, is only called through `self`, and nobody has that any more.
            unsafe { module.free_memory() };
        }
    }
}

fn unrolled(builder: &mut FunctionBuilder<'_>, x: Value, n: u32) -> Value {
    let one = builder.ins().iconst(types::I64, 1);
    (0..n).fold(one, |product, _| builder.ins().imul(product, x))
}

fn squares(builder: &mut FunctionBuilder<'_>, x: Value, n: u32) -> Value {
    let (mut product, mut square) = (None, x);
    for bit in 0..u32::BITS - n.leading_zeros() {
        if bit > 0 {
            square = builder.ins().imul(square, square);
        }
        if n >> bit & 1 == 1 {
            product = Some(product.map_or(square, |product| builder.ins().imul(product, square)));
        }
    }
    product.unwrap_or_else(|| builder.ins().iconst(types::I64, 1))
}
