//! A disk that loses writes: a file layer for SQLite that records what was synced, and can write out the files as a
//! crash would leave them.
//!
//! Reads and writes go to real files, so that SQLite works as usual. Besides, each file has the image that is safe
//! on the disk, and the writes since its last sync. A crash leaves the safe image with none or some of the others
//! applied.

#![allow(
    unsafe_code,
    reason = "SQLite's file layer is an interface of C; only tests use it"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "every function here is called by SQLite alone, by its documented contract"
)]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, Once};

use rusqlite::ffi;

/// The name that the layer is registered under.
pub(crate) const NAME: &str = "forgetful";

enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Default)]
struct Image {
    safe: Vec<u8>,
    since: Vec<Change>,
}

impl Image {
    fn apply(image: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write(offset, bytes) => {
                let end = offset + bytes.len();
                if image.len() < end {
                    image.resize(end, 0);
                }
                image[*offset..end].copy_from_slice(bytes);
            }
            Change::Truncate(size) => image.resize(*size, 0),
        }
    }
}

#[derive(Default)]
struct Disks {
    images: HashMap<PathBuf, Image>,
    broken: Vec<PathBuf>,
}

static DISKS: LazyLock<Mutex<Disks>> = LazyLock::new(Mutex::default);

fn disks() -> MutexGuard<'static, Disks> {
    DISKS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Makes every sync in the folder fail until it is [`repair`]ed. As on Linux, what could not be written is forgotten:
/// the next sync that works says nothing about it.
pub(crate) fn break_syncs(folder: &Path) {
    disks().broken.push(folder.to_owned());
}

pub(crate) fn repair(folder: &Path) {
    disks().broken.retain(|broken| broken != folder);
}

/// Writes to `target` what a crash at this moment would leave of the files in `folder`. `keep` decides for each write
/// since the last sync of its file whether it had reached the disk anyway.
pub(crate) fn crash(folder: &Path, target: &Path, mut keep: impl FnMut() -> bool) {
    let disks = disks();
    for (path, file) in disks
        .images
        .iter()
        .filter(|(path, _)| path.parent() == Some(folder))
    {
        let mut image = file.safe.clone();
        for change in file.since.iter().filter(|_| keep()) {
            Image::apply(&mut image, change);
        }
        std::fs::write(target.join(path.file_name().unwrap()), image).unwrap();
    }
}

/// One open file: ours first, the real one behind it in the same memory.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Null for temporary files, which no crash leaves anyway.
    path: *mut PathBuf,
}

/// The layer below, found when this one is registered.
struct Real(*mut ffi::sqlite3_vfs);
// SAFETY: SQLite's default layer is a static that any thread may call.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: LazyLock<Real> = LazyLock::new(|| {
    // SAFETY: a null name asks for the default layer, which lives as long as the program.
    Real(unsafe { ffi::sqlite3_vfs_find(ptr::null()) })
});

/// Registers the layer once.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the default layer exists; the copy and its name are leaked, so SQLite may keep them for ever.
        unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
            let mut vfs = Box::new(*REAL.0);
            vfs.szOsFile += c_int::try_from(size_of::<File>()).unwrap();
            vfs.zName = c"forgetful".as_ptr();
            vfs.pNext = ptr::null_mut();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(vfs), 0), ffi::SQLITE_OK);
        }
    });
}

/// Returns the real file under ours.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: szOsFile made room for both.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// Returns the methods of the real file, which is open.
unsafe fn methods<'a>(file: *mut ffi::sqlite3_file) -> &'a ffi::sqlite3_io_methods {
    // SAFETY: the real layer sets them to a static when it opens a file.
    unsafe { &*(*real(file)).pMethods }
}

unsafe fn path<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Path> {
    // SAFETY: ours from `open` to `close`.
    unsafe { (*file.cast::<File>()).path.as_ref().map(PathBuf::as_path) }
}

unsafe fn named(name: *const c_char) -> PathBuf {
    // SAFETY: SQLite passes a text that ends in a nul.
    PathBuf::from(unsafe { CStr::from_ptr(name) }.to_str().unwrap())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `file` has szOsFile bytes, room for ours and the real one.
    unsafe {
        (*file).pMethods = ptr::null();
        let opened = (*REAL.0).xOpen.unwrap()(REAL.0, name, real(file), flags, out);
        if opened != ffi::SQLITE_OK {
            return opened;
        }
        let ours = file.cast::<File>();
        (*ours).path = ptr::null_mut();
        if !name.is_null() {
            let path = named(name);
            disks().images.entry(path.clone()).or_default();
            (*ours).path = Box::into_raw(Box::new(path));
        }
        (*file).pMethods = &raw const METHODS;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite's own arguments, passed on.
    unsafe {
        disks().images.remove(&named(name));
        (*REAL.0).xDelete.unwrap()(REAL.0, name, sync)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the path was boxed by `open` and is not used after `close`.
    unsafe {
        let ours = file.cast::<File>();
        if !(*ours).path.is_null() {
            drop(Box::from_raw((*ours).path));
        }
        methods(file).xClose.unwrap()(real(file))
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    size: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's own arguments: `size` bytes at `data`.
    unsafe {
        if let Some(path) = path(file) {
            let bytes =
                std::slice::from_raw_parts(data.cast::<u8>(), usize::try_from(size).unwrap())
                    .to_vec();
            let change = Change::Write(usize::try_from(at).unwrap(), bytes);
            disks()
                .images
                .entry(path.to_owned())
                .or_default()
                .since
                .push(change);
        }
        methods(file).xWrite.unwrap()(real(file), data, size, at)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite's own arguments, passed on.
    unsafe {
        if let Some(path) = path(file) {
            let change = Change::Truncate(usize::try_from(size).unwrap());
            disks()
                .images
                .entry(path.to_owned())
                .or_default()
                .since
                .push(change);
        }
        methods(file).xTruncate.unwrap()(real(file), size)
    }
}

/// Marks all earlier changes of the file as durable. Does not sync the real disk: the test crashes our images only.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: ours.
    let Some(path) = (unsafe { path(file) }) else {
        return ffi::SQLITE_OK;
    };
    let mut disks = disks();
    let broken = disks
        .broken
        .iter()
        .any(|broken| path.parent() == Some(broken));
    let image = disks.images.entry(path.to_owned()).or_default();
    if broken {
        image.since.clear();
        return ffi::SQLITE_IOERR_FSYNC;
    }
    for change in std::mem::take(&mut image.since) {
        Image::apply(&mut image.safe, &change);
    }
    ffi::SQLITE_OK
}

/// Methods that only pass on.
macro_rules! pass {
    ($($name:ident => $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        $(unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> $answer {
            // SAFETY: SQLite's own arguments, passed on to the real file, which is open.
            unsafe { methods(file).$method.unwrap()(real(file) $(, $argument)*) }
        })+
    };
}

pass! {
    read => xRead(data: *mut c_void, size: c_int, at: ffi::sqlite3_int64) -> c_int;
    file_size => xFileSize(size: *mut ffi::sqlite3_int64) -> c_int;
    lock => xLock(level: c_int) -> c_int;
    unlock => xUnlock(level: c_int) -> c_int;
    check_reserved_lock => xCheckReservedLock(out: *mut c_int) -> c_int;
    file_control => xFileControl(op: c_int, argument: *mut c_void) -> c_int;
    sector_size => xSectorSize() -> c_int;
    device_characteristics => xDeviceCharacteristics() -> c_int;
    shm_map => xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock => xShmLock(offset: c_int, n: c_int, flags: c_int) -> c_int;
    shm_barrier => xShmBarrier() -> ();
    shm_unmap => xShmUnmap(delete: c_int) -> c_int;
}

/// Version 2: with shared memory for the log's index, without memory-mapped reads.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
