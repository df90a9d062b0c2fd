#include "wire/recipient.h"

#include <string.h>

static const char *const type_names[] = {/* ORDER sat_recipient_type */
    "none", "x500dn", "ms_mail", "smtp", "fax", "profs", "pdl1", "pdl2"};

const char *sat_recipient_type_name(uint32_t flags) {
  return type_names[flags & SAT_RCPT_TYPE];
}

int sat_recipient_type_by_name(const char *name) {
  for (int i = 0; i <= SAT_RCPT_PDL2; i++)
    if (strcmp(type_names[i], name) == 0) return i;
  return -1;
}

static bool names_its_type(uint32_t flags) {
  return (flags & SAT_RCPT_TYPE) == SAT_RCPT_NONE &&
         flags & SAT_RCPT_OTHER_TYPE;
}

static struct sat_bytes decode_text(struct sat_reader *r, uint32_t flags,
                                    uint32_t flag) {
  struct sat_bytes none = {NULL, 0};
  if (!(flags & flag)) return none;
  return flags & SAT_RCPT_UNICODE ? sat_reader_zstr16(r) : sat_reader_zstr(r);
}

/* the fields that depend on the type of address */
static void decode_address(struct sat_reader *r, struct sat_recipient *rcpt) {
  switch (rcpt->flags & SAT_RCPT_TYPE) {
    case SAT_RCPT_X500DN:
      rcpt->address_prefix_used = sat_reader_u8(r);
      rcpt->display_type = sat_reader_u8(r);
      rcpt->x500dn = sat_reader_zstr(r);
      break;
    case SAT_RCPT_PDL1:
    case SAT_RCPT_PDL2:
      rcpt->entry_id = sat_reader_bytes(r, sat_reader_u16(r));
      rcpt->search_key = sat_reader_bytes(r, sat_reader_u16(r));
      break;
    default:
      if (names_its_type(rcpt->flags)) rcpt->address_type = sat_reader_zstr(r);
  }
}

int sat_recipient_decode(struct sat_reader *r, struct sat_columns columns,
                         struct sat_recipient *rcpt_r) {
  uint32_t flags, n;
  memset(rcpt_r, 0, sizeof *rcpt_r);
  flags = rcpt_r->flags = sat_reader_u16(r);
  decode_address(r, rcpt_r);
  rcpt_r->email_address = decode_text(r, flags, SAT_RCPT_EMAIL);
  rcpt_r->display_name = decode_text(r, flags, SAT_RCPT_DISPLAY);
  rcpt_r->simple_display_name = decode_text(r, flags, SAT_RCPT_SIMPLE);
  rcpt_r->transmittable_display_name =
      decode_text(r, flags, SAT_RCPT_TRANSMITTABLE);
  n = sat_reader_u16(r);
  if (n > columns.n)
    sat_reader_fail(r, "%u columns of %u", (unsigned)n, (unsigned)columns.n);
  if (!sat_reader_ok(r)) return -1;
  columns.n = n;
  return sat_row_decode(r, columns, SAT_DIALECT_ROP, &rcpt_r->row);
}

static void encode_zstr(struct sat_buf *b, struct sat_bytes s) {
  if (s.n > 0 && memchr(s.p, 0, s.n) != NULL) b->failed = true;
  sat_buf_put(b, s.p, s.n);
  sat_buf_u8(b, 0);
}

static void encode_text(struct sat_buf *b, uint32_t flags, uint32_t flag,
                        struct sat_bytes s) {
  struct sat_value v = {.type = SAT_T_STRING};
  if (!(flags & flag)) return;
  if (!(flags & SAT_RCPT_UNICODE)) v.type = SAT_T_STRING8;
  v.u.bytes = s;
  sat_value_encode(b, v.type, &v, SAT_DIALECT_ROP);
}

static void encode_counted(struct sat_buf *b, struct sat_bytes bytes) {
  sat_buf_u16(b, bytes.n);
  sat_buf_put(b, bytes.p, bytes.n);
}

static void encode_address(struct sat_buf *b,
                           const struct sat_recipient *rcpt) {
  switch (rcpt->flags & SAT_RCPT_TYPE) {
    case SAT_RCPT_X500DN:
      sat_buf_u8(b, rcpt->address_prefix_used);
      sat_buf_u8(b, rcpt->display_type);
      encode_zstr(b, rcpt->x500dn);
      break;
    case SAT_RCPT_PDL1:
    case SAT_RCPT_PDL2:
      encode_counted(b, rcpt->entry_id);
      encode_counted(b, rcpt->search_key);
      break;
    default:
      if (names_its_type(rcpt->flags)) encode_zstr(b, rcpt->address_type);
  }
}

void sat_recipient_encode(struct sat_buf *b,
                          const struct sat_recipient *rcpt) {
  uint32_t flags = rcpt->flags;
  sat_buf_u16(b, flags);
  encode_address(b, rcpt);
  encode_text(b, flags, SAT_RCPT_EMAIL, rcpt->email_address);
  encode_text(b, flags, SAT_RCPT_DISPLAY, rcpt->display_name);
  encode_text(b, flags, SAT_RCPT_SIMPLE, rcpt->simple_display_name);
  encode_text(b, flags, SAT_RCPT_TRANSMITTABLE,
              rcpt->transmittable_display_name);
  sat_buf_u16(b, rcpt->row.columns.n);
  sat_row_encode(b, &rcpt->row, SAT_DIALECT_ROP);
}
