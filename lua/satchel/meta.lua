---@meta satchel.core
-- luacheck: no unused args
-- What the C core shows to Lua, for the language server; never loaded.
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

-- net: the loop, and operations for satchel.task ----------------------------------

---@class satchel.core.Operation
---@field step fun(self): boolean|nil, any true, value | false | nil, err
---@field token fun(self): integer
---@field cancel fun(self)

---@class satchel.core.net
local net = {}

---The loop of this Lua state.
---@return any
function net.loop() end

---@param request { method: string, url: string, headers: string[], body: string,
---timeout: number, auth: table, tls: table|false, proxy: string, max_body: integer }
---@return satchel.core.Operation|nil
---@return satchel.core.Failure? err
function net.http(request) end

---SRV records of a name.
---@param name string
---@param seconds? number
---@param servers? string
---@return satchel.core.Operation|nil
---@return satchel.core.Failure? err
function net.srv(name, seconds, servers) end

---A byte stream. `step` is true once it is connected (and each handshake is
---over); later it is true when unread bytes are there. It can be awaited again
---and again, by one waiter at a time.
---@class satchel.core.Stream : satchel.core.Operation
---@field read fun(self, max?: integer): string|false|nil, satchel.core.Failure? false: none yet
---@field write fun(self, bytes: string): integer|nil, satchel.core.Failure? bytes not yet written
---@field pending fun(self): integer bytes not yet written
---@field drained fun(self, most?: integer): boolean|nil, satchel.core.Failure? writers
---wait by it while more than `most` (256 KiB) are pending
---@field start_tls fun(self): boolean|nil, satchel.core.Failure? then await it again
---@field compress fun(self): boolean|nil, satchel.core.Failure? DEFLATE from here on
---@field binding fun(self, type: string): string|nil data of a channel binding
---@field idle fun(self, seconds: number) how long a waiter waits without a byte
---@field info fun(self): table host, place, address, tls, cipher, peer_name, issuer,
---expires, verified, compressed, sent, received
---@field close fun(self)

---Begins to connect. `policy` as connect's `tls`; an error has `stage`, `hint`,
---`server`, and `closed` when the other end closed it.
---@param request { host: string, port: integer, tls: boolean, policy: table,
---proxy: string|false, timeout: number, idle: number }
---@return satchel.core.Stream|nil
---@return satchel.core.Failure? err
function net.stream(request) end

---The client's side of one SASL exchange; challenges and responses are raw bytes.
---@class satchel.core.Sasl
---@field step fun(self, challenge?: string): string|false|nil, boolean|satchel.core.Failure
---response (false: the server has to speak first), and whether nothing more has
---to come but the server's consent
---@field reason fun(self): string|nil what the server said inside of the mechanism
---@field close fun(self)

---`stream` is for channel bindings, `nonce` for the examples of RFCs; satchel.sasl
---chooses and runs mechanisms.
---@param request { mechanism: string, user: string, password: string, token: string,
---authzid: string, service: string, host: string, port: integer, stream: satchel.core.Stream,
---nonce: string }
---@return satchel.core.Sasl|nil
---@return satchel.core.Failure? err
function net.sasl(request) end

---Whether this build has a mechanism.
---@param mechanism string in upper case
---@return boolean
function net.sasl_has(mechanism) end

---A signed JSON Web Token. The header's "alg" is RS256, PS256 or ES256.
---@param header string JSON
---@param claims string JSON
---@param pem string private key
---@param phrase? string that opens an encrypted key
---@return string|nil
---@return satchel.core.Failure? err
function net.jwt(header, claims, pem, phrase) end

---The digest of a certificate's DER bytes: x5t#S256, or x5t by "sha1".
---@param pem string certificate
---@param digest? "sha256"|"sha1"
---@return string|nil bytes
---@return satchel.core.Failure? err
function net.thumbprint(pem, digest) end

---MD5, for APOP.
---@param bytes string
---@return string hexadecimal digits
function net.md5(bytes) end

---Text with what is secret in it replaced by ***.
---@param s string
---@return string
function net.mask(s) end

---Seconds of a clock that never goes back.
---@return number
function net.now() end

---What this machine is called.
---@return string|nil
function net.host_name() end

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

-- imap: the grammar of IMAP -------------------------------------------------------

---@class satchel.core.imap
local imap = {}

---One response, CRLF included; its table has `type` and what the type says.  With `broken`
---one that breaks the grammar is of type "broken" where it is sure to end with the bytes.
---@param bytes string
---@param options? { utf8?: boolean, depth?: integer, broken?: boolean } names are UTF-8; nested
---at most so deep
---@return satchel.core.ImapResponse|nil
---@return satchel.core.Failure? err
function imap.parse(bytes, options) end

---The same response as a server might have sent it, in one form for each meaning.
---@param bytes string
---@param options? { utf8?: boolean, depth?: integer }
---@return string|nil
---@return satchel.core.Failure? err
function imap.print(bytes, options) end

---The complete responses that the bytes begin with, and what is left.
---@param bytes string
---@param limits? satchel.core.ImapLimits
---@return string[]|nil responses
---@return string|satchel.core.Failure rest
function imap.split(bytes, limits) end

---@class satchel.core.ImapLimits
---@field line? integer bytes
---@field literal? integer bytes
---@field response? integer bytes

---@class satchel.core.ImapSplitter
---@field feed fun(self, bytes: string): string[]|nil, satchel.core.Failure? complete responses
---@field pending fun(self): integer, integer bytes under way, bytes that are missing at least

---Finds responses in bytes that come piece by piece.
---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapSplitter
function imap.splitter(limits) end

---A sequence set, sorted, or in the order that is given.
---@param list integer[]
---@param order? "sorted"|"ordered"
---@return string
function imap.set(list, order) end

---Sorted sequence sets of at most so many bytes each.
---@param list integer[]
---@param bytes integer
---@return string[]
function imap.sets(list, bytes) end

---The numbers of a sequence set in its order.
---@param set string
---@param max? integer what "*" is
---@return integer[]|nil
---@return satchel.core.Failure? err
function imap.ids(set, max) end

---The name of a mailbox in modified UTF-7.
---@param name string UTF-8
---@return string|nil
---@return satchel.core.Failure? err
function imap.utf7(name) end

---@param encoded string
---@return string|nil name UTF-8
---@return satchel.core.Failure? err
function imap.from_utf7(encoded) end

---The keyword that stands for a category.
---@param category string UTF-8
---@return string|nil
---@return satchel.core.Failure? err
function imap.flag(category) end

---The category that a keyword stands for.
---@param keyword string
---@return string|nil
---@return satchel.core.Failure? err no category has this keyword
function imap.category(keyword) end

---A quoted string; nil without an error: it needs a literal.
---@param s string
---@param options? { utf8?: boolean }
---@return string|nil
---@return satchel.core.Failure? err CR, LF or NUL
function imap.quote(s, options) end

---"17-Jul-1996 02:44:25 +0000"
---@param seconds integer since 1970
---@return string
function imap.date_time(seconds) end

---@class satchel.core.ImapCode what stands in brackets before the text
---@field name string upper case: "UIDNEXT"
---@field value? integer|string a number (UIDNEXT, UIDVALIDITY, UNSEEN, HIGHESTMODSEQ,
---APPENDLIMIT, METADATA, INPROGRESS); bytes of a code that is not known
---@field list? string[] CAPABILITY, PERMANENTFLAGS, BADCHARSET, BADEVENT
---@field uidvalidity? integer APPENDUID, COPYUID
---@field uids? string a set: APPENDUID, MODIFIED
---@field from? string a set: COPYUID
---@field to? string a set: COPYUID
---@field detail? string METADATA: "MAXSIZE", …; the id of MAILBOXID
---@field tag? string INPROGRESS, NOUPDATE
---@field goal? integer INPROGRESS

---@class satchel.core.ImapAddress RFC 9051 7.5.2: a group begins with a mailbox alone
---@field name? string as in the header, without quotes
---@field adl? string
---@field mailbox? string
---@field host? string

---@class satchel.core.ImapEnvelope as in the header: nothing is decoded
---@field date? string
---@field subject? string
---@field from? satchel.core.ImapAddress[]
---@field sender? satchel.core.ImapAddress[]
---@field reply_to? satchel.core.ImapAddress[]
---@field to? satchel.core.ImapAddress[]
---@field cc? satchel.core.ImapAddress[]
---@field bcc? satchel.core.ImapAddress[]
---@field in_reply_to? string
---@field message_id? string

---@class satchel.core.ImapBody a part, or a multipart with its parts at [1..n]
---@field type string lower case
---@field subtype string lower case
---@field params table<string, string> keys in lower case
---@field part? string "1.2"; a message's own multipart has none
---@field id? string
---@field description? string
---@field encoding? string
---@field size? integer
---@field lines? integer
---@field md5? string
---@field disposition? { type: string, params: table<string, string> }
---@field language? string[]
---@field location? string
---@field envelope? satchel.core.ImapEnvelope of a message
---@field body? satchel.core.ImapBody of a message
---@field [integer] satchel.core.ImapBody

---What the server said. `type` names it: a status ("ok" "no" "bad" "bye" "preauth"),
---"continuation", or the response in lower case; "other" is of no known kind, "broken" is
---none of the grammar: its `name`, `error` and `raw`, and of FETCH what can be read. Lists
---stand at [1..n]: "capability" "enabled" "flags" "genurlauth" (texts), "search"
---"sort" (numbers), "thread" (numbers and lists of them), "urlfetch" ({ url, data }).
---@class satchel.core.ImapResponse
---@field type string
---@field tag? string of a completion; "esearch": of the command
---@field text? string
---@field code? satchel.core.ImapCode
---@field number? integer "exists" "recent" "expunge" "fetch" "other"
---@field name? string of a mailbox in UTF-8, INBOX in upper case; "other" "broken": of the response
---@field raw_name? string as it came
---@field attributes? table<string, true> "list" "lsub"
---@field delimiter? string
---@field oldname? string
---@field raw_oldname? string
---@field childinfo? string[]
---@field messages? integer "status"
---@field recent? integer
---@field uidnext? integer
---@field uidvalidity? integer
---@field unseen? integer
---@field deleted? integer
---@field size? integer "status" "fetch"
---@field highestmodseq? integer
---@field appendlimit? integer
---@field deleted_storage? integer
---@field mailboxid? string
---@field modseq? integer "search" "sort" "esearch" "fetch"
---@field uid? boolean|integer "esearch": whether of UIDs; "fetch": the UID
---@field min? integer "esearch"
---@field max? integer
---@field count? integer
---@field all? string a set
---@field partial? { first: integer, last: integer, set: string? }
---@field earlier? boolean "vanished"
---@field uids? string a set
---@field flags? string[] "fetch"
---@field internaldate? integer seconds since 1970
---@field envelope? satchel.core.ImapEnvelope
---@field bodystructure? satchel.core.ImapBody
---@field sections? table<string, string> "BODY[1.MIME]", "BODY[HEADER.FIELDS (TO)]", "BINARY[2]"
---@field origins? table<string, integer> of sections that were asked for in part
---@field binary_sizes? table<string, integer> by section: "1.2"
---@field savedate? integer
---@field emailid? string
---@field threadid? string
---@field preview? string
---@field gm? { msgid: integer?, thrid: integer?, labels: string[]? }
---@field personal? satchel.core.ImapNamespace[] "namespace"
---@field other? satchel.core.ImapNamespace[]
---@field shared? satchel.core.ImapNamespace[]
---@field fields? table<string, string> "id"
---@field root? string "quota"
---@field resources? table<string, { usage: integer, limit: integer }>
---@field roots? string[] "quotaroot"
---@field rights? string|table<string, string> "myrights"; "acl": by identifier
---@field identifier? string "listrights"
---@field required? string
---@field optional? string[]
---@field entries? table<string, string> "metadata": with values
---@field changed? string[] "metadata": without
---@field extra? table<string, string> bytes of what extensions add, by name
---@field raw? string "other"; "broken": its first 16 KiB
---@field error? string "broken": what is wrong, and where

---@class satchel.core.ImapNamespace
---@field prefix string UTF-8
---@field raw_prefix string
---@field delimiter? string
---@field extra? table<string, string>

---A command is text or a list of parts: text, { literal = bytes, binary = } or
---{ size = n, binary = }, the promise of a literal.
---@alias satchel.core.ImapParts string|table

---Commands in flight without a stream.
---@class satchel.core.ImapQueue
---@field set fun(self, how: { literals?: "sync"|"minus"|"plus", utf8?: boolean })
---@field send fun(self, parts: satchel.core.ImapParts, dialogue?: boolean): string|nil,
---satchel.core.Failure? its tag; a dialogue takes lines until it is completed
---@field line fun(self, text: string, last?: boolean): boolean|nil, satchel.core.Failure?
---@field wants fun(self): integer bytes of a promised literal that may be put now
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field output fun(self, most?: integer): string what goes out now
---@field feed fun(self, bytes: string) what the server says
---@field step fun(self): boolean|nil, satchel.core.ImapResponse|satchel.core.Failure|nil,
---string|nil, boolean|nil true, a response, the tag it completes, whether it let a literal go

---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapQueue
function imap.queue(limits) end

---Commands in flight on a stream; awaited for the next response.
---@class satchel.core.ImapConnection : satchel.core.Operation
---@field set fun(self, how: { literals?: string, utf8?: boolean, traced?: boolean })
---@field send fun(self, parts: satchel.core.ImapParts, dialogue?: boolean): string|nil,
---satchel.core.Failure?
---@field line fun(self, text: string, last?: boolean): boolean|nil, satchel.core.Failure?
---@field wants fun(self): integer, integer bytes that may be put now, that are due in all
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field poll fun(self): boolean|nil, satchel.core.Failure? bytes came, or may be put
---@field size fun(self): integer bytes of the last response
---@field shown fun(self): string the last response as people read it, if it is traced

---@param stream satchel.core.Stream
---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapConnection
function imap.connection(stream, limits) end

-- smtp: replies, addresses, connections ---------------------------------------------

---@class satchel.core.SmtpReply lines by position, without codes
---@field code integer
---@field enhanced? string "5.1.1"
---@field unasked? boolean it came although no command was waiting
---@field [integer] string

---One waiter at a time awaits it for the next reply.
---@class satchel.core.SmtpConnection : satchel.core.Operation
---@field command fun(self, line: string): boolean|nil, satchel.core.Failure?
---@field data fun(self): boolean|nil, satchel.core.Failure? content follows: put, data_end
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field data_end fun(self, replies?: integer): boolean|nil, satchel.core.Failure?
---@field chunk fun(self, bytes: string, last: boolean, replies?: integer): boolean|nil,
---satchel.core.Failure?
---@field expected fun(self): integer replies to come
---@field feed fun(self, bytes: string): satchel.core.SmtpReply|false|nil, any without a stream
---@field output fun(self): string without a stream: what is to be written

---@class satchel.core.smtp
local smtp = {}

---The reply that bytes begin with, and its length; false: it is not whole.
---@param bytes string
---@return satchel.core.SmtpReply|false|nil
---@return integer|satchel.core.Failure
function smtp.reply(bytes) end

---A line of EHLO's answer: keyword in capitals, parameters. Nothing if it is none.
---@param line string
---@return string|nil keyword
---@return string[]|nil parameters
function smtp.keyword(line) end

---Whether an address that may stand in a command needs SMTPUTF8.
---@param address string
---@return boolean|nil
---@return satchel.core.Failure? err it may not
function smtp.path(address) end

---@param text string
---@return string xtext of RFC 3461
function smtp.xtext(text) end -- luacheck: ignore text

---@param address string
---@return string value of ORCPT
function smtp.orcpt(address) end

---@param text string
---@return string text with CRLF at the end of each line
function smtp.lines(text) end -- luacheck: ignore text

---@param stream? satchel.core.Stream
---@param limits? { line: integer, reply: integer }
---@return satchel.core.SmtpConnection
function smtp.connection(stream, limits) end

-- pop3: answers, listings, connections ----------------------------------------------

---@class satchel.core.Pop3Answer
---@field status "ok"|"err"|"challenge"
---@field text string
---@field code? string "IN-USE"
---@field more? boolean lines follow

---An event is an answer, text of the lines that follow one, or "" at their end.
---@class satchel.core.Pop3Connection : satchel.core.Operation
---@field command fun(self, line: string, lines_follow?: boolean): boolean|nil,
---satchel.core.Failure?
---@field expected fun(self): integer answers that have not ended
---@field feed fun(self, bytes: string): satchel.core.Pop3Answer|string|false|nil, any
---@field output fun(self): string without a stream: what is to be written

---@class satchel.core.pop3
local pop3 = {}

---The answer that bytes begin with, and its length; false: it is not whole.
---@param bytes string
---@return satchel.core.Pop3Answer|false|nil
---@return integer|satchel.core.Failure
function pop3.answer(bytes) end

---The two numbers of a line of LIST, or of STAT's text.
---@param line string
---@return integer|nil first
---@return integer|satchel.core.Failure second
function pop3.numbers(line) end

---@param greeting string
---@return string|nil timestamp for APOP
function pop3.timestamp(greeting) end

---@param listing string lines of LIST
---@return table<integer, integer>|nil bytes by message number
---@return satchel.core.Failure? err
function pop3.sizes(listing) end

---@param listing string lines of UIDL
---@return table<integer, string>|nil ids by message number
---@return satchel.core.Failure? err
function pop3.uids(listing) end

---@param stream? satchel.core.Stream
---@param limits? { line: integer, message: integer }
---@return satchel.core.Pop3Connection
function pop3.connection(stream, limits) end

-- mime: messages and what they are made of ---------------------------------------------

---@class satchel.core.Message
---@field fields fun(self, names?: string[]): table values of the face's fields, and `report`
---@field attachments fun(self): table[] num, name, size, type, inline, content_id, embedded
---@field open fun(self, num?: integer): any reader of an attachment, or of the whole as it
---came: read(n) gives bytes or nil at the end, close
---@field item fun(self, num: integer): satchel.core.Message|nil, satchel.core.Failure|nil
---@field structure fun(self): table { type =, size = as it came, [1..n] = parts }
---@field flaws fun(self): string[] what is wrong with the message
---@field bytes fun(self): string as it came
---@field close fun(self)

---@class satchel.core.mime
local mime = {}

---Reads a message; a file is mapped, not read into memory; a spool is used up.
---@param source string|{ path: string }|{ file: file* }|{ spool: any } bytes, or where they are
---@param limits? { depth: integer, parts: integer, headers: integer }
---@return satchel.core.Message|nil
---@return satchel.core.Failure? err
function mime.parse(source, limits) end

---The text of an unstructured header value, encoded words decoded.
---@param value string
---@param charset? string of bytes above 127 that are no UTF-8
---@return string
function mime.decode_header(value, charset) end

---The addresses of a header value; groups are dissolved.
---@param value string
---@param charset? string
---@return { name: string|nil, email: string|nil }[]
function mime.addresses(value, charset) end

---A parameter of a value such as Content-Type's, in any of its encodings.
---@param value string
---@param name string
---@param charset? string
---@return string|nil
function mime.param(value, name, charset) end

---Text in a charset as UTF-8; by what it looks like if the charset is not known.
---@param bytes string
---@param charset? string
---@return string
function mime.to_utf8(bytes, charset) end

---@param value string of a Date header
---@return integer|nil seconds since the epoch
function mime.date(value) end

---A decoder with feed(bytes) and finish(), both giving bytes.
---@param transfer string "base64", "quoted-printable", "x-uuencode", "8bit"
---@return any
function mime.decoder(transfer) end

---An encoder with feed(bytes) and finish(); lines end with CRLF.
---@param transfer string "base64", "quoted-printable", "8bit"
---@return any
function mime.encoder(transfer) end

---A header field of unstructured text, folded and encoded, with its line end.
---@param name string
---@param text string
---@param utf8? boolean written as UTF-8 (RFC 6532)
---@return string|nil
---@return satchel.core.Failure? err
function mime.header(name, text, utf8) end -- luacheck: ignore 431

---A header field of message ids or other ASCII words.
---@param name string
---@param words string
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_words(name, words, utf8) end

---A header field of addresses; domains are written in ASCII unless utf8.
---@param name string
---@param list { name: string|nil, email: string|nil }[]
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_addresses(name, list, utf8) end

---A header field with parameters.
---@param name string
---@param word string what stands before the parameters
---@param list string[][] pairs of name and value
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_params(name, word, list, utf8) end

---An address with its domain in ASCII; an error where that cannot be.
---@param email string
---@return string|nil
---@return satchel.core.Failure? err
function mime.encode_email(email) end

---Bytes in memory, or in a temporary file if they are many: write(bytes),
---read(offset, n), size(), close().
---@return any
function mime.spool() end

---@type satchel.core
return { wire = wire, names = names, text = text, rtf = rtf, net = net, mapi = mapi,
  serve = serve, xml = xml, file = file, mime = mime,
  imap = imap, smtp = smtp, pop3 = pop3 }
