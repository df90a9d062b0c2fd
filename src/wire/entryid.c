#include "wire/entryid.h"

#include <string.h>

static const char *const names[] = {/* ORDER sat_entry_id_kind */
    "other",        "folder",  "message", "store",    "one_off",
    "address_book", "contact", "wrapped", "ephemeral"};

/* ORDER sat_entry_id_kind; those of zeros have no provider of their own */
static const struct sat_guid providers[] = {
    {{0}},
    {{0}},
    {{0}},
    {{0x38, 0xa1, 0xbb, 0x10, 0x05, 0xe5, 0x10, 0x1a, 0xa1, 0xbb, 0x08, 0x00,
      0x2b, 0x2a, 0x56, 0xc2}},
    {{0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0x00, 0xdd,
      0x01, 0x0f, 0x54, 0x02}},
    {{0xdc, 0xa7, 0x40, 0xc8, 0xc0, 0x42, 0x10, 0x1a, 0xb4, 0xb9, 0x08, 0x00,
      0x2b, 0x2f, 0xe1, 0x82}},
    {{0xfe, 0x42, 0xaa, 0x0a, 0x18, 0xc7, 0x1a, 0x10, 0xe8, 0x85, 0x0b, 0x65,
      0x1c, 0x24, 0x00, 0x00}},
    {{0xc0, 0x91, 0xad, 0xd3, 0x51, 0x9d, 0xcf, 0x11, 0xa4, 0xa9, 0x00, 0xaa,
      0x00, 0x47, 0xfa, 0xa4}},
    {{0}}};

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

enum { HEAD = 20, FOLDER_SIZE = 46, MESSAGE_SIZE = 70, EPHEMERAL_SIZE = 32 };
enum { EPHEMERAL_MARK = 0x87, DLL_SIZE = 14, MAX_PADDING = 3 };

const char *sat_entry_id_kind_name(enum sat_entry_id_kind kind) {
  return names[kind];
}

int sat_entry_id_kind_by_name(const char *name) {
  for (size_t i = 0; i < COUNT_OF(names); i++)
    if (strcmp(names[i], name) == 0) return (int)i;
  return -1;
}

const struct sat_guid *sat_entry_id_provider(enum sat_entry_id_kind kind) {
  static const struct sat_guid none;
  const struct sat_guid *g = &providers[kind];
  return memcmp(g, &none, sizeof none) != 0 ? g : NULL;
}

uint16_t sat_id_split(uint64_t id, uint8_t counter_r[6]) {
  for (int i = 0; i < 6; i++) counter_r[i] = (uint8_t)(id >> (16 + 8 * i));
  return (uint16_t)(id & 0xffff);
}

/*
** {======================================================
** Reading
** =======================================================
*/

static void decode_guid(struct sat_reader *r, struct sat_guid *g_r) {
  const uint8_t *p = sat_reader_take(r, sizeof g_r->b);
  if (p != NULL) memcpy(g_r->b, p, sizeof g_r->b);
}

/* 2.2.1.3.1 LongTermID: 24 bytes, the last two padding (which must be 0) */
static void decode_long_term_id(struct sat_reader *r,
                                struct sat_global_id *id_r) {
  const uint8_t *p;
  memset(id_r, 0, sizeof *id_r);
  decode_guid(r, &id_r->database);
  p = sat_reader_take(r, sizeof id_r->counter);
  if (p != NULL) memcpy(id_r->counter, p, sizeof id_r->counter);
  if (sat_reader_u16(r) != 0) sat_reader_fail(r, "padding is not 0");
}

/* Type numbers of folders are 1, 3, 5 and 12, those of messages 7, 9, 11
** (2.2.4); the size has to agree. */
static enum sat_entry_id_kind stored_kind(const uint8_t *p, size_t n) {
  unsigned type = n >= HEAD + 2 ? p[HEAD] | (unsigned)p[HEAD + 1] << 8 : 0;
  bool padded = n >= FOLDER_SIZE && p[44] == 0 && p[45] == 0;
  if (n == FOLDER_SIZE && padded &&
      (type == 1 || type == 3 || type == 5 || type == 12))
    return SAT_EID_FOLDER;
  if (n == MESSAGE_SIZE && padded && p[68] == 0 && p[69] == 0 &&
      (type == 7 || type == 9 || type == 11))
    return SAT_EID_MESSAGE;
  return SAT_EID_OTHER;
}

/* Folders of contacts have this provider, too, in a form of their own. */
static bool is_contact(const uint8_t *p, size_t n) {
  const uint8_t *type = p + HEAD + 4;
  if (n < HEAD + 8) return true;
  return (type[0] == 4 || type[0] == 5) && (type[1] | type[2] | type[3]) == 0;
}

static enum sat_entry_id_kind kind_of(const uint8_t *p, size_t n) {
  if (n < HEAD) return SAT_EID_OTHER;
  for (size_t i = 0; i < COUNT_OF(providers); i++) {
    const struct sat_guid *g = sat_entry_id_provider(i);
    if (g == NULL || memcmp(p + 4, g->b, sizeof g->b) != 0) continue;
    if (i == SAT_EID_CONTACT && !is_contact(p, n)) return SAT_EID_OTHER;
    /* a store that was never opened: QUIRKS 4 */
    return i == SAT_EID_STORE && n > HEAD + 1 && p[HEAD + 1] != 0
               ? SAT_EID_OTHER
               : (enum sat_entry_id_kind)i;
  }
  if (n == EPHEMERAL_SIZE && p[0] == EPHEMERAL_MARK && p[20] == 1 &&
      (p[21] | p[22] | p[23]) == 0)
    return SAT_EID_EPHEMERAL;
  return stored_kind(p, n);
}

static void decode_store(struct sat_reader *r, struct sat_entry_id *e) {
  e->version = sat_reader_u8(r);
  e->flag = sat_reader_u8(r);
  e->dll = sat_reader_bytes(r, DLL_SIZE);
  e->wrapped_flags = sat_reader_u32(r);
  decode_guid(r, &e->wrapped_provider);
  e->type = sat_reader_u32(r);
  e->server = sat_reader_zstr(r);
  e->has_mailbox_dn = sat_reader_left(r) > 0;
  if (e->has_mailbox_dn) e->mailbox_dn = sat_reader_zstr(r);
  e->data = sat_reader_bytes(r, sat_reader_left(r));
}

static struct sat_bytes one_off_text(struct sat_reader *r, uint32_t bits) {
  return bits & SAT_ONE_OFF_UNICODE ? sat_reader_zstr16(r)
                                    : sat_reader_zstr(r);
}

static void decode_one_off(struct sat_reader *r, struct sat_entry_id *e) {
  e->version = sat_reader_u16(r);
  e->bits = sat_reader_u16(r);
  e->display_name = one_off_text(r, e->bits);
  e->address_type = one_off_text(r, e->bits);
  e->email_address = one_off_text(r, e->bits);
}

static void decode_contact(struct sat_reader *r, struct sat_entry_id *e) {
  e->version = sat_reader_u32(r);
  e->type = sat_reader_u32(r);
  e->index = sat_reader_u32(r);
  e->data = sat_reader_bytes(r, sat_reader_u32(r));
  if (sat_reader_left(r) <= MAX_PADDING) /* QUIRKS 17 */
    e->padding = sat_reader_bytes(r, sat_reader_left(r));
}

static void decode_body(struct sat_reader *r, struct sat_entry_id *e) {
  switch (e->kind) {
    case SAT_EID_FOLDER:
    case SAT_EID_MESSAGE:
      e->type = sat_reader_u16(r);
      decode_long_term_id(r, &e->folder);
      if (e->kind == SAT_EID_MESSAGE) decode_long_term_id(r, &e->message);
      break;
    case SAT_EID_STORE: decode_store(r, e); break;
    case SAT_EID_ONE_OFF: decode_one_off(r, e); break;
    case SAT_EID_ADDRESS_BOOK:
      e->version = sat_reader_u32(r);
      e->type = sat_reader_u32(r);
      e->x500dn = sat_reader_zstr(r);
      break;
    case SAT_EID_CONTACT: decode_contact(r, e); break;
    case SAT_EID_WRAPPED:
      e->type = sat_reader_u8(r);
      e->data = sat_reader_bytes(r, sat_reader_left(r));
      break;
    case SAT_EID_EPHEMERAL:
      e->version = sat_reader_u32(r);
      e->type = sat_reader_u32(r);
      e->index = sat_reader_u32(r);
      break;
    default: e->data = sat_reader_bytes(r, sat_reader_left(r));
  }
}

int sat_entry_id_decode(struct sat_reader *r, struct sat_entry_id *e_r) {
  memset(e_r, 0, sizeof *e_r);
  if (!sat_reader_ok(r)) return -1;
  e_r->kind = kind_of(r->p, sat_reader_left(r));
  e_r->flags = sat_reader_u32(r);
  decode_guid(r, &e_r->provider);
  if (sat_reader_ok(r)) decode_body(r, e_r);
  if (sat_reader_left(r) > 0)
    sat_reader_fail(r, "%zu bytes too many in an entry id",
                    sat_reader_left(r));
  return sat_reader_ok(r) ? 0 : -1;
}

/* }====================================================== */

/*
** {======================================================
** Writing
** =======================================================
*/

static void encode_long_term_id(struct sat_buf *b,
                                const struct sat_global_id *id) {
  sat_buf_put(b, id->database.b, sizeof id->database.b);
  sat_buf_put(b, id->counter, sizeof id->counter);
  sat_buf_u16(b, 0);
}

static void encode_text(struct sat_buf *b, struct sat_bytes text, bool utf16) {
  struct sat_value v = {.type = SAT_T_STRING8};
  if (utf16) v.type = SAT_T_STRING;
  v.u.bytes = text;
  sat_value_encode(b, v.type, &v, SAT_DIALECT_ROP);
}

static void encode_store(struct sat_buf *b, const struct sat_entry_id *e) {
  sat_buf_u8(b, e->version);
  sat_buf_u8(b, e->flag);
  if (e->dll.n != DLL_SIZE) b->failed = true;
  sat_buf_put(b, e->dll.p, e->dll.n);
  sat_buf_u32(b, e->wrapped_flags);
  sat_buf_put(b, e->wrapped_provider.b, sizeof e->wrapped_provider.b);
  sat_buf_u32(b, e->type);
  encode_text(b, e->server, false);
  if (e->has_mailbox_dn) encode_text(b, e->mailbox_dn, false);
  sat_buf_put(b, e->data.p, e->data.n);
}

static void encode_one_off(struct sat_buf *b, const struct sat_entry_id *e) {
  bool utf16 = e->bits & SAT_ONE_OFF_UNICODE;
  sat_buf_u16(b, e->version);
  sat_buf_u16(b, e->bits);
  encode_text(b, e->display_name, utf16);
  encode_text(b, e->address_type, utf16);
  encode_text(b, e->email_address, utf16);
}

static void encode_body(struct sat_buf *b, const struct sat_entry_id *e) {
  switch (e->kind) {
    case SAT_EID_FOLDER:
    case SAT_EID_MESSAGE:
      sat_buf_u16(b, e->type);
      encode_long_term_id(b, &e->folder);
      if (e->kind == SAT_EID_MESSAGE) encode_long_term_id(b, &e->message);
      break;
    case SAT_EID_STORE: encode_store(b, e); break;
    case SAT_EID_ONE_OFF: encode_one_off(b, e); break;
    case SAT_EID_ADDRESS_BOOK:
      sat_buf_u32(b, e->version);
      sat_buf_u32(b, e->type);
      encode_text(b, e->x500dn, false);
      break;
    case SAT_EID_CONTACT:
      sat_buf_u32(b, e->version);
      sat_buf_u32(b, e->type);
      sat_buf_u32(b, e->index);
      sat_buf_u32(b, e->data.n);
      sat_buf_put(b, e->data.p, e->data.n);
      sat_buf_put(b, e->padding.p, e->padding.n);
      break;
    case SAT_EID_WRAPPED:
      sat_buf_u8(b, e->type);
      sat_buf_put(b, e->data.p, e->data.n);
      break;
    case SAT_EID_EPHEMERAL:
      sat_buf_u32(b, e->version);
      sat_buf_u32(b, e->type);
      sat_buf_u32(b, e->index);
      break;
    default: sat_buf_put(b, e->data.p, e->data.n);
  }
}

void sat_entry_id_encode(struct sat_buf *b, const struct sat_entry_id *e) {
  sat_buf_u32(b, e->flags);
  sat_buf_put(b, e->provider.b, sizeof e->provider.b);
  encode_body(b, e);
}

/* }====================================================== */
