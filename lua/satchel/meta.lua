---@meta satchel.core
-- luacheck: no unused args
-- What the C core shows to Lua, for the language server; never loaded.  The
-- network, the line protocols and messages are in the files of meta/.
-- What the world does comes back as nil and an error table; only a programmer's
-- mistake is thrown.

---@class satchel.core
---@field wire satchel.core.wire
---@field names satchel.core.names
---@field text satchel.core.text
---@field rtf satchel.core.rtf
---@field net satchel.core.net
---@field mapi satchel.core.mapi
---@field serve satchel.core.serve
---@field xml satchel.core.xml
---@field file satchel.core.file
---@field mime satchel.core.mime
---@field smtp satchel.core.smtp
---@field pop3 satchel.core.pop3
---@field imap satchel.core.imap

---@class satchel.core.Failure
---@field kind satchel.ErrorKind
---@field message string
---@field code? integer
---@field name? string
---@field retryable? boolean
---@field retry_after? number seconds

---@alias satchel.core.Direction "request"|"response"

-- wire: bytes and values ------------------------------------------------------

---@class satchel.core.Rop
---@field id integer
---@field name string "open_folder"
---@field section string of [MS-OXCROPS]
---@field request boolean
---@field response boolean

---@class satchel.core.Payload
---@field rops string bytes of the ROPs
---@field handles integer[]

---@class satchel.core.wire
local wire = {}

---Every ROP that the schema knows.
---@return satchel.core.Rop[]
function wire.rops() end

---@param direction satchel.core.Direction
---@param name string
---@return { name: string, kind: string, list: boolean, sometimes: boolean }[] in wire order
function wire.rop_fields(direction, name) end

---@param direction satchel.core.Direction
---@param name string
---@param fields table
---@param context? { columns: integer[], private: boolean }
---@return string|nil bytes
---@return satchel.core.Failure? err
function wire.encode_rop(direction, name, fields, context) end

---@param direction satchel.core.Direction
---@param bytes string
---@param position? integer default 1
---@param context? { columns: integer[], private: boolean }
---@return table|nil fields with `rop`, its name
---@return integer|satchel.core.Failure next position behind it, or the error
function wire.decode_rop(direction, bytes, position, context) end

---@param direction satchel.core.Direction
---@param bytes string
---@param position? integer default 1
---@param context? table
---@return string|nil text one line for each field
---@return integer|satchel.core.Failure next
function wire.print_rop(direction, bytes, position, context) end

---A well-formed ROP of random values, for property tests.
---@param direction satchel.core.Direction
---@param name string
---@param seed integer
---@param context? table
---@return string bytes
function wire.random_rop(direction, name, seed, context) end

---Names of the MAPI/HTTP bodies.
---@return table
function wire.bodies() end

---@param direction satchel.core.Direction
---@param name string "connect", "execute", "nspi_bind", …
---@param fields table
---@return string|nil bytes
---@return satchel.core.Failure? err
function wire.encode_body(direction, name, fields) end

---@param direction satchel.core.Direction
---@param name string
---@param bytes string
---@return table|nil fields
---@return satchel.core.Failure? err
function wire.decode_body(direction, name, bytes) end

---@param direction satchel.core.Direction
---@param name string
---@param bytes string
---@return string|nil text
---@return satchel.core.Failure? err
function wire.print_body(direction, name, bytes) end

---@param direction satchel.core.Direction
---@param name string
---@param seed integer
---@param context? table
---@return string bytes
function wire.random_body(direction, name, seed, context) end

---Names of the shared structures.
---@return table
function wire.structs() end

---@param name string "restriction", "entry_id", "rule_actions", …
---@param value any
---@param context? table
---@return string|nil bytes
---@return satchel.core.Failure? err
function wire.encode_struct(name, value, context) end

---@param name string
---@param bytes string
---@param context? table
---@return any value
---@return satchel.core.Failure? err
function wire.decode_struct(name, bytes, context) end

---@param name string
---@param bytes string
---@param context? table
---@return string|nil text
---@return satchel.core.Failure? err
function wire.print_struct(name, bytes, context) end

---@param name string
---@param seed integer
---@param context? table
---@return string bytes
function wire.random_struct(name, seed, context) end

---A ROP buffer of payloads, each with its RPC_HEADER_EXT.
---@param payloads satchel.core.Payload[]
---@param opts? { compress: boolean, xor: boolean }
---@return string|nil bytes
---@return satchel.core.Failure? err
function wire.wrap(payloads, opts) end

---@param bytes string
---@return satchel.core.Payload[]|nil
---@return satchel.core.Failure? err
function wire.unwrap(bytes) end

---LZXPRESS, Direct2.
---@param bytes string
---@return string
function wire.compress(bytes) end

---@param bytes string
---@param size integer of what comes out
---@return string|nil
---@return satchel.core.Failure? err
function wire.decompress(bytes, size) end

-- names: of properties, sets, types and errors --------------------------------

---@class satchel.core.names
local names = {}

---@param name string "PidTagSubject"
---@return integer|nil tag
function names.tag(name) end

---@param tag integer
---@return string|nil name
function names.name(tag) end

---@param name string "PidLidTaskDueDate", or the GUID of a set
---@param id? integer|string number or name in the set
---@return { guid: string, lid?: integer, name?: string, type: integer }|nil
function names.named(name, id) end

---@param name string "PSETID_Task"
---@return string|nil guid
function names.set(name) end

---@param guid string
---@return string|nil name
function names.set_name(guid) end

---@param name string "Time"
---@return integer|nil
function names.type(name) end

---@param type integer
---@return string|nil
function names.type_name(type) end

---@param code integer
---@return string|nil "NotFound"
function names.error_name(code) end

---@param code integer
---@return satchel.ErrorKind
function names.error_kind(code) end

---@param name string
---@return integer|nil code
function names.error_code(name) end

---@param name string a misspelt name of a property
---@return string|nil
function names.nearest(name) end

-- text and bytes ---------------------------------------------------------------

---@class satchel.core.text
local text = {}

---@param s string UTF-8
---@return string bytes UTF-16LE without terminator
---@return boolean valid whether it was UTF-8
function text.utf16(s) end

---@param bytes string UTF-16LE
---@return string
---@return boolean valid
function text.utf8(bytes) end

---@param bytes string Windows-1252, or UTF-8 if it is that
---@return string
function text.from_8bit(bytes) end

---@param bytes string
---@param codepage integer
---@return string
function text.from_codepage(bytes, codepage) end

---@param s string
---@return boolean
function text.is_utf8(s) end

---@param s string
---@return string with ASCII letters in lower case
function text.fold(s) end

---A random GUID.
---@return string 36 characters
function text.guid() end

---@param s string
---@return string|nil bytes
function text.guid_bytes(s) end

---@param bytes string 16 of them
---@return string|nil
function text.guid_text(bytes) end

---@param bytes string
---@return string
function text.base64(bytes) end

---@param s string
---@return string|nil bytes
function text.unbase64(s) end

---@param bytes string
---@return string
function text.hex(bytes) end

---@param s string
---@return string|nil bytes
function text.unhex(s) end

---@param n integer
---@return string bytes of the system's random source
function text.random(n) end

---The digest, 32 bytes; without bytes, an object with update and final.
---@param bytes? string
---@return any
function text.sha256(bytes) end

-- rtf ----------------------------------------------------------------------------

---@class satchel.core.rtf
local rtf = {}

---@param s string RTF
---@param plain? boolean with a header, but not compressed
---@return string
function rtf.compress(s, plain) end

---@param bytes string
---@return string|nil
---@return satchel.core.Failure? err
function rtf.decompress(bytes) end

---@param s string RTF
---@return string|nil
---@return satchel.core.Failure? err
function rtf.to_text(s) end

---@param s string RTF
---@return string|nil html nil if it was not made from HTML
---@return satchel.core.Failure? err
function rtf.to_html(s) end

---@param s string
---@return string RTF
function rtf.from_text(s) end

-- mapi: sessions without I/O --------------------------------------------------------

---@class satchel.core.mapi
local mapi = {}

---@param opts { url: string, user_dn: string, client: string, limits: table }
---@return any session connect, disconnect, ping and wait give operations
function mapi.session(opts) end

---@param session any
---@return any batch add, safe, step, notices, executes, answered, pending
function mapi.batch(session) end

---The envelope of a MAPI/HTTP answer.
---@param bytes string
---@return { processing: integer, pending: integer, headers: table, body: string }|nil
---@return satchel.core.Failure? err
function mapi.envelope(bytes) end

-- serve: the listener of the sandbox --------------------------------------------------

---@class satchel.core.serve
local serve = {}

---@param opts { host: string, port: integer, cert: string, key: string, max_body: integer,
---connections: integer } cert and key in PEM
---@return any listener fd, timeout, run, next, port, close
---@return satchel.core.Failure? err
function serve.listen(opts) end

---A certificate of its own, valid for a year.
---@param name? string default "localhost"
---@return string cert PEM
---@return string key PEM
function serve.certificate(name) end

-- xml ---------------------------------------------------------------------------------

---@class satchel.core.xml
local xml = {}

---@param bytes string
---@return table|nil
---@return satchel.core.Failure? err
function xml.parse(bytes) end

-- file --------------------------------------------------------------------------------

---@class satchel.core.file
local file = {}

---A file that was not there, open for writing; nothing is ever written over.
---@param path string
---@return file*|nil
---@return satchel.core.Failure? err
function file.create(path) end

---A lock against other processes, held until the file is closed; kind "conflict"
---while somebody else has it. The file is made if it is missing, and stays.
---@param path string
---@return file*|nil
---@return satchel.core.Failure? err
function file.lock(path) end

---A file that its owner alone may read; kind "denied" for any other.
---@param path string
---@return string|nil bytes
---@return satchel.core.Failure? err
function file.read_private(path) end

---Replaces a file by one of mode 0600, whole or not at all; its folder is made, of
---mode 0700, if it is missing, and refused if others may write there.
---@param path string
---@param bytes string
---@return boolean|nil
---@return satchel.core.Failure? err
function file.write_private(path, bytes) end

---Whether anything has that name, also a link that points nowhere.
---@param path string
---@return boolean
function file.exists(path) end

---@type satchel.core
return { wire = wire, names = names, text = text, rtf = rtf, mapi = mapi, serve = serve,
  xml = xml, file = file }
