local names = require("satchel.core").names

-- the entries of a .def file: lists of { macro, first argument, … }
local function entries(file)
  local f = assert(io.open("src/wire/" .. file))
  local text = f:read("a"):gsub("/%*.-%*/", "")
  f:close()
  local list = {}
  for macro, args in text:gmatch("(%u+)(%b())") do
    local e = { macro }
    for a in args:sub(2, -2):gmatch("[^,%s][^,]*") do e[#e + 1] = a end
    list[#list + 1] = e
  end
  return list
end

local function assert_sorted(list, key, strictly)
  for i = 2, #list do
    local a, b = key(list[i - 1]), key(list[i])
    assert(a < b or not strictly and a == b, ("%s is before %s"):format(a, b))
  end
end

local function first(e) return e[2] end

describe("names of properties", function()
  for name, tag in pairs {
    PidTagSubject = 0x0037001f,
    PidTagMessageDeliveryTime = 0x0e060040,
    PidTagHtml = 0x10130102,
    PidTagBodyHtml = 0x1013001f,
    PidTagMid = 0x674a0014,
    PidTagHasAttachments = 0x0e1b000b,
    PidTagRtfCompressed = 0x10090102,
    PidTagAttachDataObject = 0x3701000d,
    PidTagAdditionalRenEntryIds = 0x36d81102,
    PidTag7BitDisplayName = 0x39ff001e,
    PidTagYCoordinate = 0x3f060003,
  } do
    it("know " .. name, function()
      assert.equal(tag, names.tag(name))
      assert.equal(name, names.name(tag))
    end)
  end

  it("are all found, by name and by number", function()
    local list, also = entries "proptags.def", 0
    assert.is_true(#list > 780)
    for _, e in ipairs(list) do
      local tag = tonumber(e[3]) << 16 | assert(names.type(e[4]), e[4])
      assert.equal(tag, names.tag(e[2]))
      if e[1] == "ALSO" then
        also = also + 1
        assert.not_equal(e[2], names.name(tag))
      else
        assert.equal(e[2], names.name(tag))
      end
    end
    assert.equal(6, also)
  end)

  it("are sorted", function()
    assert_sorted(entries "proptags.def", first, true)
    assert_sorted(entries "propnames.def", first, true)
    assert_sorted(entries "propsets.def", first, true)
    assert_sorted(entries "codes.def", first, false)
  end)

  it("find the sibling of a tag, and nothing of a stranger's type", function()
    assert.equal("PidTagSubject", names.name(0x0037001e))
    assert.equal("PidTagSubject", names.name(0x0037000a))
    assert.equal("PidTagSubject", names.name(0x00370000))
    assert.equal("PidTagAdditionalRenEntryIds", names.name(0x36d83102))
    assert.is_nil(names.name(0x00370003))
    assert.is_nil(names.name(0x8123001f))
  end)

  it("say nil where there is no such name", function()
    for _, name in ipairs { "", "PidTag", "PidTagSubjec", "PidTagSubjectX", "zzz" } do
      assert.is_nil(names.tag(name))
      assert.is_nil(names.named(name))
    end
  end)
end)

describe("names of named properties", function()
  it("give set, number or string, and type", function()
    assert.same({ canonical = "PidLidTaskDueDate", set = "PSETID_Task", lid = 0x8105,
      guid = "00062003-0000-0000-c000-000000000046", type = 0x0040 },
      names.named "PidLidTaskDueDate")
    assert.same({ canonical = "PidNameKeywords", set = "PS_PUBLIC_STRINGS", name = "Keywords",
      guid = "00020329-0000-0000-c000-000000000046", type = 0x101f },
      names.named "PidNameKeywords")
  end)

  it("are found by what stands on the wire", function()
    for _, e in ipairs(entries "propnames.def") do
      local p = assert(names.named(e[2]), e[2])
      local again = assert(names.named(p.guid, p.lid or p.name))
      assert.equal(p.lid, again.lid)
      assert.equal(p.name, again.name)
      assert.equal(names.set(e[3]), p.guid)
      assert.equal(names.type(e[5]), p.type)
    end
    assert.is_nil(names.named("00062003-0000-0000-c000-000000000046", 1))
    assert.is_nil(names.named("00062003-0000-0000-c000-000000000047", 0x8105))
  end)

  it("know the property sets both ways", function()
    for _, e in ipairs(entries "propsets.def") do
      assert.equal(e[2], names.set_name(names.set(e[2])))
    end
    assert.is_nil(names.set "PSETID_Nothing")
  end)
end)

describe("names of types", function()
  it("give the number and come back", function()
    for name, type in pairs { Time = 0x40, String = 0x1f, Integer64 = 0x14, Binary = 0x102,
      MultipleString = 0x101f, ServerId = 0xfb, Boolean = 0xb } do
      assert.equal(type, names.type(name))
      assert.equal(type, names.type("Ptyp" .. name))
      assert.equal(name, names.type_name(type))
    end
    assert.is_nil(names.type "Text")
    assert.is_nil(names.type_name(0x7777))
  end)
end)

describe("names of errors", function()
  for code, expected in pairs {
    [0x8004010f] = { "NotFound", "not_found" },
    [0x80070005] = { "AccessDenied", "denied" },
    [0x80040111] = { "LogonFailed", "auth" },
    [0x000004d9] = { "QuotaExceeded", "quota" },
    [0x8004010a] = { "ObjectDeleted", "not_found" },
    [0x80040102] = { "NotSupported", "unsupported" },
    [0x8004010b] = { "ServerBusy", "throttled" },
    [0x80040604] = { "CollidingNames", "exists" },
    [0x80070057] = { "InvalidParameter", "invalid" },
    [0x80040305] = { "TooBig", "limit" },
    [0x00000000] = { "Success", "ok" },
    [0x00040680] = { "PartiallyComplete", "ok" },
    [0x000003ee] = { "BadConfiguration", "invalid" },
    [0x8007000e] = { "OutOfMemory", "limit" },
  } do
    it("know " .. expected[1], function()
      assert.same(expected, { names.error_name(code), names.error_kind(code) })
    end)
  end

  it("are found by name, with and without ec", function()
    assert.equal(0x8004010f, names.error_code "NotFound")
    assert.equal(0x8004010f, names.error_code "ecNotFound")
    assert.equal(0x8004010b, names.error_code "ServerBusy")
    assert.is_nil(names.error_code "ecNothing")
  end)

  it("are each of a kind that scripts know", function()
    local kinds = {}
    for k in ([[ok auth network tls timeout not_found denied exists quota throttled
      conflict invalid unsupported protocol limit cancelled server]]):gmatch "%S+" do
      kinds[k] = true
    end
    for _, e in ipairs(entries "codes.def") do
      assert.is_true(kinds[e[4]:lower()], e[4])
      assert.is_string(names.error_name(tonumber(e[2])))
    end
    assert.equal("server", names.error_kind(0x81234567))
    assert.is_nil(names.error_name(0x81234567))
  end)
end)

describe("the nearest name", function()
  for wrong, right in pairs {
    PidTagSubjekt = "PidTagSubject",
    pidtagsubject = "PidTagSubject",
    subject = "PidTagSubject",
    SenderNmae = "PidTagSenderName",
    PidLidTaskDuedate = "PidLidTaskDueDate",
    TaskDueDat = "PidLidTaskDueDate",
    MessageDeliverTime = "PidTagMessageDeliveryTime",
    Keywrds = "PidNameKeywords",
  } do
    it("to " .. wrong .. " is " .. right, function()
      assert.equal(right, names.nearest(wrong))
    end)
  end

  it("is none when nothing is near", function()
    assert.is_nil(names.nearest "xyzzyqwertyuiop")
    assert.is_nil(names.nearest(("x"):rep(1000)))
    assert.is_nil(names.nearest "")
  end)
end)
