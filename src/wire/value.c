#include "wire/value.h"

#include <string.h>

#include "wire/restriction.h"
#include "wire/rules.h"

/* what is known of the types, for values that stand alone */
static const struct type_info {
  uint16_t type;
  uint8_t width; /* bytes on the wire; 0: none, or not fixed */
  bool multi;    /* has a multi-valued form */
  const char *name, *multi_name;
} types[] = {
    {SAT_T_UNSPECIFIED, 0, false, "Unspecified", NULL},
    {SAT_T_NULL, 0, false, "Null", NULL},
    {SAT_T_INTEGER16, 2, true, "Integer16", "MultipleInteger16"},
    {SAT_T_INTEGER32, 4, true, "Integer32", "MultipleInteger32"},
    {SAT_T_FLOATING32, 4, true, "Floating32", "MultipleFloating32"},
    {SAT_T_FLOATING64, 8, true, "Floating64", "MultipleFloating64"},
    {SAT_T_CURRENCY, 8, true, "Currency", "MultipleCurrency"},
    {SAT_T_FLOATING_TIME, 8, true, "FloatingTime", "MultipleFloatingTime"},
    {SAT_T_ERROR, 4, false, "ErrorCode", NULL},
    {SAT_T_BOOLEAN, 1, false, "Boolean", NULL},
    {SAT_T_OBJECT, 0, false, "Object", NULL},
    {SAT_T_INTEGER64, 8, true, "Integer64", "MultipleInteger64"},
    {SAT_T_STRING8, 0, true, "String8", "MultipleString8"},
    {SAT_T_STRING, 0, true, "String", "MultipleString"},
    {SAT_T_TIME, 8, true, "Time", "MultipleTime"},
    {SAT_T_GUID, 16, true, "Guid", "MultipleGuid"},
    {SAT_T_SERVER_ID, 0, false, "ServerId", NULL},
    {SAT_T_RESTRICTION, 0, false, "Restriction", NULL},
    {SAT_T_RULE_ACTION, 0, false, "RuleAction", NULL},
    {SAT_T_BINARY, 0, true, "Binary", "MultipleBinary"},
};

static const struct type_info *info_of(uint16_t type) {
  uint16_t base = type & (uint16_t)~SAT_MV;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].type == base)
      return base == type || types[i].multi ? &types[i] : NULL;
  return NULL;
}

uint16_t sat_type_of_column(uint16_t type) {
  return (type & SAT_MVI) == SAT_MVI ? type & (uint16_t)~SAT_MVI : type;
}

bool sat_type_known(uint16_t type) { return info_of(type) != NULL; }

const char *sat_type_name(uint16_t type) {
  const struct type_info *info = info_of(type);
  if (info == NULL) return NULL;
  return type & SAT_MV ? info->multi_name : info->name;
}

bool sat_type_has_presence(uint16_t type) {
  return type & SAT_MV || type == SAT_T_STRING || type == SAT_T_STRING8 ||
         type == SAT_T_BINARY;
}

static bool wide(enum sat_dialect dialect) {
  return dialect != SAT_DIALECT_ROP;
}

/* the fewest bytes that a value of this single-valued type takes */
static size_t least_bytes(uint16_t type, enum sat_dialect dialect) {
  const struct type_info *info = info_of(type);
  if (info->width > 0) return info->width;
  if (dialect == SAT_DIALECT_NSPI) return 1;
  if (dialect == SAT_DIALECT_FX) return 4;
  if (type == SAT_T_STRING8) return 1;
  return type == SAT_T_STRING || !wide(dialect) ? 2 : 4;
}

/*
** {======================================================
** Reading
** =======================================================
*/

static double floating(uint64_t bits, unsigned width) {
  uint32_t half = (uint32_t)bits;
  float f;
  double d;
  memcpy(&f, &half, sizeof f);
  memcpy(&d, &bits, sizeof d);
  return width == 4 ? (double)f : d;
}

static struct sat_bytes decode_counted(struct sat_reader *r, bool is_wide) {
  return sat_reader_bytes(r, is_wide ? sat_reader_u32(r) : sat_reader_u16(r));
}

/* [MS-OXCFXICS] 2.2.4.1.3: text has a length that counts the terminator */
static struct sat_bytes decode_fx_text(struct sat_reader *r, unsigned unit) {
  struct sat_bytes s = decode_counted(r, true);
  if (s.n % unit != 0) sat_reader_fail(r, "odd length of text");
  if (!sat_reader_ok(r)) s.n = 0;
  if (s.n >= unit && s.p[s.n - 1] == 0 && s.p[s.n - unit] == 0) s.n -= unit;
  return s;
}

static struct sat_bytes decode_text(struct sat_reader *r, uint16_t type,
                                    enum sat_dialect dialect) {
  bool utf16 = type == SAT_T_STRING;
  if (dialect == SAT_DIALECT_FX) return decode_fx_text(r, utf16 ? 2 : 1);
  return utf16 ? sat_reader_zstr16(r) : sat_reader_zstr(r);
}

static void decode_guid(struct sat_reader *r, struct sat_guid *g_r) {
  const uint8_t *p = sat_reader_take(r, sizeof g_r->b);
  if (p != NULL) memcpy(g_r->b, p, sizeof g_r->b);
}

static void decode_restriction(struct sat_reader *r, enum sat_dialect dialect,
                               struct sat_value *v) {
  v->u.restriction = sat_reader_alloc(r, sizeof *v->u.restriction);
  if (v->u.restriction != NULL)
    sat_restriction_decode(r, dialect, v->u.restriction);
}

static void decode_actions(struct sat_reader *r, enum sat_dialect dialect,
                           struct sat_value *v) {
  v->u.actions = sat_reader_alloc(r, sizeof *v->u.actions);
  if (v->u.actions != NULL) sat_actions_decode(r, dialect, v->u.actions);
}

/* a value of a known single-valued type */
static void decode_single(struct sat_reader *r, uint16_t type,
                          enum sat_dialect dialect, struct sat_value *v) {
  v->type = type;
  switch (type) {
    case SAT_T_NULL: break;
    case SAT_T_INTEGER16: v->u.i = (int16_t)sat_reader_u16(r); break;
    case SAT_T_INTEGER32: v->u.i = (int32_t)sat_reader_u32(r); break;
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY: v->u.i = (int64_t)sat_reader_u64(r); break;
    case SAT_T_TIME: v->u.time = sat_reader_u64(r); break;
    case SAT_T_FLOATING32: v->u.d = floating(sat_reader_u32(r), 4); break;
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME: v->u.d = floating(sat_reader_u64(r), 8); break;
    case SAT_T_ERROR: v->u.error = sat_reader_u32(r); break;
    case SAT_T_BOOLEAN: /* any but 0 is true: QUIRKS 1 */
      v->u.b = sat_reader_int(r, dialect == SAT_DIALECT_FX ? 2 : 1) != 0;
      break;
    case SAT_T_STRING8:
    case SAT_T_STRING: v->u.bytes = decode_text(r, type, dialect); break;
    case SAT_T_BINARY: v->u.bytes = decode_counted(r, wide(dialect)); break;
    case SAT_T_OBJECT: /* the address book sends nothing of an object */
      memset(&v->u.bytes, 0, sizeof v->u.bytes);
      if (dialect != SAT_DIALECT_NSPI)
        v->u.bytes = decode_counted(r, wide(dialect));
      break;
    case SAT_T_SERVER_ID: /* 2.11.1.4: always a 16-bit count */
      v->u.bytes = decode_counted(r, dialect == SAT_DIALECT_FX);
      break;
    case SAT_T_GUID: decode_guid(r, &v->u.guid); break;
    case SAT_T_RESTRICTION: decode_restriction(r, dialect, v); break;
    case SAT_T_RULE_ACTION: decode_actions(r, dialect, v); break;
    default: sat_reader_fail(r, "unknown type 0x%04x", type);
  }
}

/* the HasValue byte where the dialect has one; true: a value follows */
static bool decode_presence(struct sat_reader *r, uint16_t type,
                            enum sat_dialect dialect) {
  uint32_t flag;
  if (dialect != SAT_DIALECT_NSPI || !sat_type_has_presence(type)) return true;
  flag = sat_reader_u8(r);
  if (flag != 0 && flag != 0xff)
    sat_reader_fail(r, "HasValue is 0x%02x", (unsigned)flag);
  return flag != 0;
}

static void decode_multi(struct sat_reader *r, uint16_t type,
                         enum sat_dialect dialect, struct sat_value *v) {
  uint16_t base = type & (uint16_t)~SAT_MV;
  uint32_t n = sat_reader_u32(r);
  v->type = type;
  v->u.multi.v = sat_reader_array(r, n, sizeof *v->u.multi.v,
                                  least_bytes(base, dialect));
  v->u.multi.n = v->u.multi.v != NULL ? n : 0;
  for (uint32_t i = 0; i < v->u.multi.n && sat_reader_ok(r); i++) {
    struct sat_value *one = &v->u.multi.v[i];
    if (decode_presence(r, base, dialect))
      decode_single(r, base, dialect, one);
    else
      one->type = SAT_T_NULL;
  }
}

int sat_value_decode(struct sat_reader *r, uint16_t type,
                     enum sat_dialect dialect, struct sat_value *v_r) {
  memset(v_r, 0, sizeof *v_r);
  v_r->type = SAT_T_NULL;
  type = sat_type_of_column(type);
  if (type == SAT_T_UNSPECIFIED) type = (uint16_t)sat_reader_u16(r);
  if (sat_reader_ok(r) && (type == SAT_T_UNSPECIFIED || !sat_type_known(type)))
    sat_reader_fail(r, "unknown type 0x%04x", type);
  if (!sat_reader_ok(r)) return -1;
  if (!decode_presence(r, type, dialect)) return sat_reader_ok(r) ? 0 : -1;
  if (type & SAT_MV)
    decode_multi(r, type, dialect, v_r);
  else
    decode_single(r, type, dialect, v_r);
  return sat_reader_ok(r) ? 0 : -1;
}

int sat_property_decode(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_property *p_r) {
  memset(p_r, 0, sizeof *p_r);
  p_r->value.type = SAT_T_NULL;
  p_r->tag = sat_reader_u32(r);
  if (!sat_reader_ok(r)) return -1;
  return sat_value_decode(r, SAT_TAG_TYPE(p_r->tag), dialect, &p_r->value);
}

int sat_properties_decode(struct sat_reader *r, uint32_t n,
                          enum sat_dialect dialect,
                          struct sat_properties *ps_r) {
  ps_r->p = sat_reader_array(r, n, sizeof *ps_r->p, 4);
  ps_r->n = ps_r->p != NULL ? n : 0;
  for (uint32_t i = 0; i < ps_r->n && sat_reader_ok(r); i++) {
    sat_reader_push(r, "properties", i);
    sat_property_decode(r, dialect, &ps_r->p[i]);
    sat_reader_pop(r);
  }
  return sat_reader_ok(r) ? 0 : -1;
}

/* }====================================================== */

/*
** {======================================================
** Writing
** =======================================================
*/

/* a signed or an unsigned number of this width */
static void encode_int(struct sat_buf *b, int64_t i, unsigned width) {
  int64_t most = ((int64_t)1 << (8 * width)) - 1;
  if (i < -(most / 2) - 1 || i > most) b->failed = true;
  sat_buf_int(b, (uint64_t)i & (uint64_t)most, width);
}

static void encode_floating(struct sat_buf *b, double d, unsigned width) {
  float f = (float)d;
  uint32_t half;
  uint64_t bits;
  memcpy(&half, &f, sizeof half);
  memcpy(&bits, &d, sizeof bits);
  sat_buf_int(b, width == 4 ? half : bits, width);
}

static void encode_counted(struct sat_buf *b, struct sat_bytes bytes,
                           bool is_wide) {
  sat_buf_int(b, bytes.n, is_wide ? 4 : 2);
  sat_buf_put(b, bytes.p, bytes.n);
}

/* Text that holds its terminator could not be read back, unless its length
** goes first. */
static bool text_is_clean(struct sat_bytes text, unsigned unit) {
  if (text.n % unit != 0) return false;
  for (uint32_t i = 0; i + unit <= text.n; i += unit)
    if (text.p[i] == 0 && text.p[i + unit - 1] == 0) return false;
  return true;
}

static void encode_text(struct sat_buf *b, uint16_t type,
                        struct sat_bytes text, enum sat_dialect dialect) {
  unsigned unit = type == SAT_T_STRING ? 2 : 1;
  if (dialect == SAT_DIALECT_FX)
    sat_buf_int(b, (uint64_t)text.n + unit, 4);
  else if (!text_is_clean(text, unit))
    b->failed = true;
  sat_buf_put(b, text.p, text.n);
  sat_buf_int(b, 0, unit);
}

static void encode_single(struct sat_buf *b, const struct sat_value *v,
                          enum sat_dialect dialect) {
  switch (v->type) {
    case SAT_T_NULL: break;
    case SAT_T_INTEGER16: encode_int(b, v->u.i, 2); break;
    case SAT_T_INTEGER32: encode_int(b, v->u.i, 4); break;
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY: sat_buf_u64(b, (uint64_t)v->u.i); break;
    case SAT_T_TIME: sat_buf_u64(b, v->u.time); break;
    case SAT_T_FLOATING32: encode_floating(b, v->u.d, 4); break;
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME: encode_floating(b, v->u.d, 8); break;
    case SAT_T_ERROR: sat_buf_u32(b, v->u.error); break;
    case SAT_T_BOOLEAN:
      sat_buf_int(b, v->u.b, dialect == SAT_DIALECT_FX ? 2 : 1);
      break;
    case SAT_T_STRING8:
    case SAT_T_STRING: encode_text(b, v->type, v->u.bytes, dialect); break;
    case SAT_T_BINARY: encode_counted(b, v->u.bytes, wide(dialect)); break;
    case SAT_T_OBJECT:
      if (dialect != SAT_DIALECT_NSPI)
        encode_counted(b, v->u.bytes, wide(dialect));
      break;
    case SAT_T_SERVER_ID:
      encode_counted(b, v->u.bytes, dialect == SAT_DIALECT_FX);
      break;
    case SAT_T_GUID: sat_buf_put(b, v->u.guid.b, sizeof v->u.guid.b); break;
    case SAT_T_RESTRICTION:
      sat_restriction_encode(b, v->u.restriction, dialect);
      break;
    case SAT_T_RULE_ACTION:
      sat_actions_encode(b, v->u.actions, dialect);
      break;
    default: b->failed = true;
  }
}

static void encode_multi(struct sat_buf *b, const struct sat_value *v,
                         enum sat_dialect dialect) {
  uint16_t base = v->type & (uint16_t)~SAT_MV;
  bool flags = dialect == SAT_DIALECT_NSPI && sat_type_has_presence(base);
  sat_buf_u32(b, v->u.multi.n);
  for (uint32_t i = 0; i < v->u.multi.n && !b->failed; i++) {
    const struct sat_value *one = &v->u.multi.v[i];
    if (one->type != base && !(flags && one->type == SAT_T_NULL))
      b->failed = true;
    if (flags) sat_buf_u8(b, one->type == SAT_T_NULL ? 0 : 0xff);
    encode_single(b, one, dialect);
  }
}

void sat_value_encode(struct sat_buf *b, uint16_t type,
                      const struct sat_value *v, enum sat_dialect dialect) {
  bool flags, absent;
  type = sat_type_of_column(type);
  if (type == SAT_T_UNSPECIFIED) sat_buf_u16(b, type = v->type);
  flags = dialect == SAT_DIALECT_NSPI && sat_type_has_presence(type);
  absent = flags && v->type == SAT_T_NULL;
  if (flags) sat_buf_u8(b, absent ? 0 : 0xff);
  if (absent) return;
  if (v->type != type || type == SAT_T_UNSPECIFIED || !sat_type_known(type))
    b->failed = true;
  if (b->failed) return;
  if (type & SAT_MV)
    encode_multi(b, v, dialect);
  else
    encode_single(b, v, dialect);
}

void sat_property_encode(struct sat_buf *b, const struct sat_property *p,
                         enum sat_dialect dialect) {
  sat_buf_u32(b, p->tag);
  sat_value_encode(b, SAT_TAG_TYPE(p->tag), &p->value, dialect);
}

void sat_properties_encode(struct sat_buf *b, const struct sat_properties *ps,
                           enum sat_dialect dialect) {
  for (uint32_t i = 0; i < ps->n && !b->failed; i++)
    sat_property_encode(b, &ps->p[i], dialect);
}

/* }====================================================== */
