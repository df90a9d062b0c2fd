local text = require("satchel.core").text

describe("code pages", function()
  for _, case in ipairs {
    { 1252, "Gr\xf6\xdfe \x80", "Größe €" },
    { 1251, "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет" },
    { 1250, "\x9elu\x9d", "žluť" },
    { 1253, "\xc1\xe8\xde\xed\xe1", "Αθήνα" },
    { 932, "\x93\xfa\x96{", "日本" },
    { 936, "\xd6\xd0\xb9\xfa", "中国" },
    { 949, "\xc7\xd1\xb1\xdb", "한글" },
    { 950, "\xa4\xa4\xb0\xea", "中國" },
    { 874, "\xe4\xb7\xc2", "ไทย" },
    { 437, "\x81ber", "über" },
    { 10000, "\x9fber", "über" },
    { 20866, "\xf0\xd2\xc9", "При" },
    { 28605, "\xa4", "€" },
    { 50220, "\27$BF|K\\\27(B", "日本" },
    { 54936, "\xd6\xd0", "中" },
    { 65001, "Größe", "Größe" },
    { 1200, "\xe5\x65\x2c\x67", "日本" },
    { 20127, "plain", "plain" },
    { 4711, "Gr\xf6\xdfe", "Größe" },     -- unknown: as windows-1252
    { 65001, "a\xffb", "a\u{fffd}b" },    -- what is no character
    { 932, "a\x93", "a\u{fffd}" },        -- cut within one
    { 1255, "\xe0\xc8", "\u{fb2f}" }, -- held back to combine
    { 1252, "", "" },
  } do
    it(("read %q in %d"):format(case[2], case[1]), function()
      assert.equal(case[3], text.from_codepage(case[2], case[1]))
    end)
  end

  it("give UTF-8 for any bytes", function()
    for _, page in ipairs { 932, 936, 949, 950, 1252, 1258, 50220, 65000, 65001, 1200 } do
      for _ = 1, 20 do
        assert.is_true(text.is_utf8(text.from_codepage(text.random(200), page)))
      end
    end
  end)
end)
