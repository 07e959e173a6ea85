//! LLVM by its C interface: the toolchain's own libLLVM, opened at run time, every symbol checked
//! before any is called.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::slice;

use super::job::Hole;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, symbol: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

const RTLD_NOW: c_int = 2;

/// Something of LLVM's.
type Ref = *mut c_void;

/// A truth value of LLVM's: in what functions return, 0 mostly means success.
type Bool = c_int;

macro_rules! functions {
    ($( $header:literal { $($function:ident($($argument:ty),*) $(-> $result:ty)?;)* } )*) => {
        /// The functions used, by the header of `llvm-c` that declares them.
        #[allow(non_snake_case)]
        struct Functions { $($( #[doc = $header] $function: unsafe extern "C" fn($($argument),*) $(-> $result)?, )*)* }

        impl Functions {
            /// Finds every function in `library`.
            fn find(library: *mut c_void) -> Result<Functions, String> {
                Ok(Functions { $($( $function: {
                    let symbol = symbol(library, stringify!($function))?;
                    // SAFETY: `llvm-c` declares the function with this signature since version 17,
                    // and the version was checked.
                    unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(symbol) }
                }, )*)* })
            }
        }
    };
}

functions! {
    "Core.h" {
        LLVMAddGlobal(Ref, Ref, *const c_char) -> Ref;
        LLVMConstInt(Ref, u64, Bool) -> Ref;
        LLVMConstStringInContext2(Ref, *const u8, usize, Bool) -> Ref;
        LLVMConstStructInContext(Ref, *const Ref, c_uint, Bool) -> Ref;
        LLVMContextCreate() -> Ref;
        LLVMContextDispose(Ref);
        LLVMContextSetDiagnosticHandler(Ref, extern "C" fn(Ref, *mut c_void), *mut c_void);
        LLVMCreateMemoryBufferWithMemoryRangeCopy(*const u8, usize, *const c_char) -> Ref;
        LLVMDeleteGlobal(Ref);
        LLVMDisposeMemoryBuffer(Ref);
        LLVMDisposeMessage(*mut c_char);
        LLVMDisposeModule(Ref);
        LLVMGetBufferSize(Ref) -> usize;
        LLVMGetBufferStart(Ref) -> *const u8;
        LLVMGetDiagInfoDescription(Ref) -> *mut c_char;
        LLVMGetDiagInfoSeverity(Ref) -> c_int;
        LLVMGetFirstFunction(Ref) -> Ref;
        LLVMGetNamedFunction(Ref, *const c_char) -> Ref;
        LLVMGetNamedGlobal(Ref, *const c_char) -> Ref;
        LLVMGetNextFunction(Ref) -> Ref;
        LLVMGetStringAttributeAtIndex(Ref, c_uint, *const u8, c_uint) -> Ref;
        LLVMGetStringAttributeValue(Ref, *mut c_uint) -> *const u8;
        LLVMGetTarget(Ref) -> *const c_char;
        LLVMGetValueName2(Ref, *mut usize) -> *const u8;
        LLVMInt64TypeInContext(Ref) -> Ref;
        LLVMIsDeclaration(Ref) -> Bool;
        LLVMReplaceAllUsesWith(Ref, Ref);
        LLVMSetAlignment(Ref, c_uint);
        LLVMSetGlobalConstant(Ref, Bool);
        LLVMSetInitializer(Ref, Ref);
        LLVMSetLinkage(Ref, c_int);
        LLVMSetUnnamedAddress(Ref, c_int);
        LLVMTypeOf(Ref) -> Ref;
    }
    "BitReader.h" {
        LLVMParseBitcodeInContext2(Ref, Ref, *mut Ref) -> Bool;
    }
    "Error.h" {
        LLVMDisposeErrorMessage(*mut c_char);
        LLVMGetErrorMessage(Ref) -> *mut c_char;
    }
    "ErrorHandling.h" {
        LLVMInstallFatalErrorHandler(extern "C" fn(*const c_char));
    }
    "Support.h" {
        LLVMParseCommandLineOptions(c_int, *const *const c_char, *const c_char);
    }
    "Target.h" {
        LLVMInitializeX86AsmParser();
        LLVMInitializeX86AsmPrinter();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
    }
    "TargetMachine.h" {
        LLVMCreateTargetMachine(Ref, *const c_char, *const c_char, *const c_char, c_int, c_int, c_int) -> Ref;
        LLVMDisposeTargetMachine(Ref);
        LLVMGetTargetFromTriple(*const c_char, *mut Ref, *mut *mut c_char) -> Bool;
        LLVMTargetMachineEmitToMemoryBuffer(Ref, Ref, c_int, *mut *mut c_char, *mut Ref) -> Bool;
    }
    "Transforms/PassBuilder.h" {
        LLVMCreatePassBuilderOptions() -> Ref;
        LLVMDisposePassBuilderOptions(Ref);
        LLVMPassBuilderOptionsSetLoopVectorization(Ref, Bool);
        LLVMPassBuilderOptionsSetMergeFunctions(Ref, Bool);
        LLVMPassBuilderOptionsSetSLPVectorization(Ref, Bool);
        LLVMRunPasses(Ref, *const c_char, Ref, Ref) -> Ref;
    }
}

// Values of enumerations in `llvm-c`.
const INTERNAL_LINKAGE: c_int = 8;
const PRIVATE_LINKAGE: c_int = 9;
const GLOBAL_UNNAMED_ADDRESS: c_int = 2;
const SEVERITY_ERROR: c_int = 0;
const FUNCTION_INDEX: c_uint = c_uint::MAX;
const LEVEL_AGGRESSIVE: c_int = 3;
const RELOCATION_PIC: c_int = 2;
const CODE_MODEL_DEFAULT: c_int = 0;
const OBJECT_FILE: c_int = 1;

/// Whatever a value is, it is aligned to no more than this. What a declaration is aligned to is not in the bitcode.
const VALUE_ALIGNMENT: c_uint = 16;

/// LLVM's own passes; and one more at the end, since a chain of operations is seen as a whole only where loops are unrolled by then:
/// of thirteen multiplications, five are left instead of seven.
const PASSES: &CStr = c"default<O3>,function(reassociate)";

/// Options beyond those of `rustc -C opt-level=3`: a loop over a constant program is evaluated
/// before its cost is judged, so that an interpreter's dispatch disappears.
const OPTIONS: [&CStr; 2] = [c"specialize", c"-unroll-max-iteration-count-to-analyze=1000"];

/// The functions of an LLVM that is ready for X86.
pub(crate) struct Llvm {
    functions: Functions,
}

impl Llvm {
    /// Opens the LLVM at `path`, whose version must be `expected` up to the minor number.
    pub(crate) fn open(path: &CStr, expected: &str) -> Result<Llvm, String> {
        // SAFETY: the path is a C string; LLVM's initializers run, which is why this is a process
        // of its own.
        let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
        if library.is_null() {
            return Err(format!("cannot open {}: {}", path.to_string_lossy(), last_loader_error()));
        }
        check_version(library, expected)?;
        let llvm = Llvm { functions: Functions::find(library)? };
        let f = &llvm.functions;
        // SAFETY: these take nothing, or constant strings, and run before anything else of LLVM.
        unsafe {
            (f.LLVMInstallFatalErrorHandler)(fatal_error);
            (f.LLVMInitializeX86TargetInfo)();
            (f.LLVMInitializeX86Target)();
            (f.LLVMInitializeX86TargetMC)();
            (f.LLVMInitializeX86AsmPrinter)();
            (f.LLVMInitializeX86AsmParser)();
            let options = OPTIONS.map(CStr::as_ptr);
            (f.LLVMParseCommandLineOptions)(options.len() as c_int, options.as_ptr(), c"".as_ptr());
        }
        Ok(llvm)
    }

    /// Parses a template's bitcode.
    pub(crate) fn parse(&self, bitcode: &[u8]) -> Result<Module<'_>, String> {
        let f = &self.functions;
        // SAFETY: a new context.
        let context = unsafe { (f.LLVMContextCreate)() };
        let mut module = Module { llvm: self, context, module: ptr::null_mut(), machine: ptr::null_mut(), complaint: Box::default() };
        let complaint = ptr::from_mut(&mut *module.complaint).cast();
        // SAFETY: the complaint is boxed and lives as long as the context. The buffer is a copy
        // that parsing takes over.
        let failed = unsafe {
            (f.LLVMContextSetDiagnosticHandler)(context, complain, complaint);
            COMPLAIN_WITH.store(ptr::from_ref(f).cast_mut().cast(), std::sync::atomic::Ordering::Release);
            let buffer = (f.LLVMCreateMemoryBufferWithMemoryRangeCopy)(bitcode.as_ptr(), bitcode.len(), c"template".as_ptr());
            (f.LLVMParseBitcodeInContext2)(context, buffer, &mut module.module)
        };
        if failed != 0 || module.module.is_null() {
            return Err(format!("the bitcode does not parse: {}", module.complaint));
        }
        Ok(module)
    }
}

/// One template being specialized; freed when dropped.
pub(crate) struct Module<'llvm> {
    llvm: &'llvm Llvm,
    context: Ref,
    module: Ref,
    machine: Ref,
    complaint: Box<String>,
}

impl Module<'_> {
    /// Fills a hole: a constant takes the place of the declaration. A hole that the optimiser of the front end has already dropped
    /// needs no filling.
    pub(crate) fn fill(&self, Hole { symbol, image, length }: &Hole) -> Result<(), String> {
        let f = &self.llvm.functions;
        let symbol = CString::new(symbol.as_str()).map_err(|_| "a hole's name holds a zero byte".to_owned())?;
        // SAFETY: everything belongs to this module and its context, and strings are C strings.
        unsafe {
            let hole = (f.LLVMGetNamedGlobal)(self.module, symbol.as_ptr());
            if hole.is_null() {
                return Ok(());
            }
            let bytes = (f.LLVMConstStringInContext2)(self.context, image.as_ptr(), image.len(), 1);
            let filled = match length {
                None => self.constant(bytes),
                Some(length) => {
                    let row = self.constant(bytes);
                    let length = (f.LLVMConstInt)((f.LLVMInt64TypeInContext)(self.context), *length, 0);
                    let reference = (f.LLVMConstStructInContext)(self.context, [row, length].as_ptr(), 2, 0);
                    self.constant(reference)
                }
            };
            (f.LLVMReplaceAllUsesWith)(hole, filled);
            (f.LLVMDeleteGlobal)(hole);
        }
        Ok(())
    }

    /// A constant of the module with this value, where any value may stand.
    ///
    /// # Safety
    ///
    /// The value is one of the module's context.
    unsafe fn constant(&self, value: Ref) -> Ref {
        let f = &self.llvm.functions;
        // SAFETY: the caller's promise.
        unsafe {
            let constant = (f.LLVMAddGlobal)(self.module, (f.LLVMTypeOf)(value), c"specialize_image".as_ptr());
            (f.LLVMSetInitializer)(constant, value);
            (f.LLVMSetGlobalConstant)(constant, 1);
            (f.LLVMSetLinkage)(constant, PRIVATE_LINKAGE);
            (f.LLVMSetUnnamedAddress)(constant, GLOBAL_UNNAMED_ADDRESS);
            (f.LLVMSetAlignment)(constant, VALUE_ALIGNMENT);
            constant
        }
    }

    /// Makes every function but `exports` internal, and optimises for the processor that the
    /// template was lowered for.
    pub(crate) fn optimise(&mut self, exports: &[String]) -> Result<(), String> {
        let f = &self.llvm.functions;
        self.keep_only(exports);
        self.machine = self.target_machine(exports)?;
        // SAFETY: the module, the machine and the options are live.
        let error = unsafe {
            let options = (f.LLVMCreatePassBuilderOptions)();
            (f.LLVMPassBuilderOptionsSetLoopVectorization)(options, 1);
            (f.LLVMPassBuilderOptionsSetSLPVectorization)(options, 1);
            (f.LLVMPassBuilderOptionsSetMergeFunctions)(options, 1);
            let error = (f.LLVMRunPasses)(self.module, PASSES.as_ptr(), self.machine, options);
            (f.LLVMDisposePassBuilderOptions)(options);
            error
        };
        if error.is_null() {
            return Ok(());
        }
        // SAFETY: an error is consumed by asking for its message, which is freed by its own function.
        unsafe {
            let message = (f.LLVMGetErrorMessage)(error);
            let text = CStr::from_ptr(message).to_string_lossy().into_owned();
            (f.LLVMDisposeErrorMessage)(message);
            Err(format!("optimising failed: {text}"))
        }
    }

    /// The object.
    pub(crate) fn emit(&self) -> Result<Vec<u8>, String> {
        let f = &self.llvm.functions;
        let (mut message, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the module and the machine are live; the buffer is copied and freed.
        unsafe {
            if (f.LLVMTargetMachineEmitToMemoryBuffer)(self.machine, self.module, OBJECT_FILE, &mut message, &mut buffer) != 0 {
                return Err(format!("emitting failed: {}", self.take(message)));
            }
            let object = slice::from_raw_parts((f.LLVMGetBufferStart)(buffer), (f.LLVMGetBufferSize)(buffer)).to_vec();
            (f.LLVMDisposeMemoryBuffer)(buffer);
            if self.complaint.is_empty() { Ok(object) } else { Err(format!("emitting failed: {}", self.complaint)) }
        }
    }

    fn keep_only(&self, exports: &[String]) {
        let f = &self.llvm.functions;
        // SAFETY: the functions belong to the module, and the names to the functions.
        unsafe {
            let mut function = (f.LLVMGetFirstFunction)(self.module);
            while !function.is_null() {
                let mut length = 0;
                let name = (f.LLVMGetValueName2)(function, &mut length);
                let name = slice::from_raw_parts(name, length);
                if (f.LLVMIsDeclaration)(function) == 0 && !exports.iter().any(|export| export.as_bytes() == name) {
                    (f.LLVMSetLinkage)(function, INTERNAL_LINKAGE);
                }
                function = (f.LLVMGetNextFunction)(function);
            }
        }
    }

    /// A machine for the processor and features that the front end wrote down with the function.
    fn target_machine(&self, exports: &[String]) -> Result<Ref, String> {
        let f = &self.llvm.functions;
        let entry = exports.iter().find_map(|export| {
            let name = CString::new(export.as_str()).ok()?;
            // SAFETY: the module is live and the name a C string.
            let function = unsafe { (f.LLVMGetNamedFunction)(self.module, name.as_ptr()) };
            (!function.is_null()).then_some(function)
        });
        let entry = entry.ok_or("the template has no entry")?;
        let (cpu, features) = (self.attribute(entry, "target-cpu"), self.attribute(entry, "target-features"));
        let (mut target, mut message) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the triple belongs to the module; the strings outlive the call, which copies them.
        unsafe {
            let triple = (f.LLVMGetTarget)(self.module);
            if (f.LLVMGetTargetFromTriple)(triple, &mut target, &mut message) != 0 {
                return Err(format!("no such target: {}", self.take(message)));
            }
            let machine = (f.LLVMCreateTargetMachine)(
                target,
                triple,
                cpu.as_ptr(),
                features.as_ptr(),
                LEVEL_AGGRESSIVE,
                RELOCATION_PIC,
                CODE_MODEL_DEFAULT,
            );
            if machine.is_null() { Err("no machine for the target".to_owned()) } else { Ok(machine) }
        }
    }

    /// A function's attribute, or nothing.
    fn attribute(&self, function: Ref, name: &str) -> CString {
        let f = &self.llvm.functions;
        // SAFETY: the function is live, and the value belongs to its attribute.
        unsafe {
            let attribute = (f.LLVMGetStringAttributeAtIndex)(function, FUNCTION_INDEX, name.as_ptr(), name.len() as c_uint);
            if attribute.is_null() {
                return CString::default();
            }
            let mut length = 0;
            let value = (f.LLVMGetStringAttributeValue)(attribute, &mut length);
            CString::new(slice::from_raw_parts(value, length as usize)).unwrap_or_default()
        }
    }

    /// A message of LLVM's, which is freed.
    ///
    /// # Safety
    ///
    /// `message` is null or came from LLVM to be freed by the caller.
    unsafe fn take(&self, message: *mut c_char) -> String {
        if message.is_null() {
            return String::new();
        }
        // SAFETY: the caller's promise.
        unsafe {
            let text = CStr::from_ptr(message).to_string_lossy().into_owned();
            (self.llvm.functions.LLVMDisposeMessage)(message);
            text
        }
    }
}

impl Drop for Module<'_> {
    fn drop(&mut self) {
        let f = &self.llvm.functions;
        // SAFETY: each is freed once, what depends on others first.
        unsafe {
            if !self.machine.is_null() {
                (f.LLVMDisposeTargetMachine)(self.machine);
            }
            if !self.module.is_null() {
                (f.LLVMDisposeModule)(self.module);
            }
            (f.LLVMContextDispose)(self.context);
        }
    }
}

/// The functions that [`complain`] may call: LLVM hands it only a string to write to.
static COMPLAIN_WITH: std::sync::atomic::AtomicPtr<c_void> = std::sync::atomic::AtomicPtr::new(ptr::null_mut());

/// Keeps what LLVM has to say of an error; without a handler it would end the process.
extern "C" fn complain(info: Ref, complaint: *mut c_void) {
    // SAFETY: `parse` stored the functions of the one `Llvm` of this program, which it never
    // closes, and passed its module's string.
    unsafe {
        let f = &*COMPLAIN_WITH.load(std::sync::atomic::Ordering::Acquire).cast::<Functions>();
        if (f.LLVMGetDiagInfoSeverity)(info) == SEVERITY_ERROR {
            let description = (f.LLVMGetDiagInfoDescription)(info);
            (*complaint.cast::<String>()).push_str(&CStr::from_ptr(description).to_string_lossy());
            (f.LLVMDisposeMessage)(description);
        }
    }
}

/// Tells the host why LLVM gave up, and ends the process.
extern "C" fn fatal_error(reason: *const c_char) {
    // SAFETY: LLVM passes a C string.
    let reason = unsafe { CStr::from_ptr(reason) }.to_string_lossy();
    crate::give_up(&format!("LLVM gave up: {reason}"));
}

fn check_version(library: *mut c_void, expected: &str) -> Result<(), String> {
    let function = symbol(library, "LLVMGetVersion")?;
    // SAFETY: `Core.h` declares the function so since version 16, when it was added.
    let get_version = unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut c_uint, *mut c_uint, *mut c_uint)>(function) };
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    // SAFETY: it writes three numbers.
    unsafe { get_version(&mut major, &mut minor, &mut patch) };
    let expected_numbers: Vec<&str> = expected.split('.').take(2).collect();
    if expected_numbers != [major.to_string(), minor.to_string()] {
        return Err(format!("the compiler says it has LLVM {expected}, and its library says {major}.{minor}.{patch}"));
    }
    Ok(())
}

fn symbol(library: *mut c_void, name: &str) -> Result<*mut c_void, String> {
    let text = CString::new(name).map_err(|_| "a symbol holds a zero byte".to_owned())?;
    // SAFETY: the library is open and the name a C string.
    let symbol = unsafe { dlsym(library, text.as_ptr()) };
    if symbol.is_null() { Err(format!("LLVM has no function {name}")) } else { Ok(symbol) }
}

fn last_loader_error() -> String {
    // SAFETY: the answer is null or a C string that stays until the next call.
    unsafe {
        let error = dlerror();
        if error.is_null() { "no reason given".to_owned() } else { CStr::from_ptr(error).to_string_lossy().into_owned() }
    }
}
