import FleetModel
import Testing

/// The hashes against published test vectors.
@Suite struct HashTests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
    }
  }

  /// FIPS 180-4, and the examples that NIST publishes with it.
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
      (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func `SHA-256 agrees with FIPS 180`(text: String, digest: String) {
    #expect(MessageDigest.hex(MessageDigest.sha256(text)) == digest)
  }

  /// RFC 4231, cases 1 to 4, 6 and 7; case 5 is truncated.
  @Test(
    arguments: [
      (
        String(repeating: "0b", count: 20), "4869205468657265",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
      ),
      (
        String(repeating: "aa", count: 131),
        "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        String(repeating: "aa", count: 131),
        "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c"
          + "6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265"
          + "666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ])
  func `HMAC agrees with RFC 4231`(key: String, message: String, digest: String) {
    #expect(MessageDigest.hex(MessageDigest.hmac(bytes(message), key: bytes(key))) == digest)
  }

  /// RFC 4648, section 10, without padding and in lower case.
  @Test(
    arguments: [
      ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"),
      ("foobar", "mzxw6ytboi"),
    ])
  func `base32 agrees with RFC 4648`(text: String, encoded: String) {
    #expect(MessageDigest.base32(Array(text.utf8), characters: 99) == encoded)
    #expect(MessageDigest.base32(Array(text.utf8), characters: 3) == encoded.prefix(3))
  }

  @Test func `hexadecimal agrees with RFC 4648`() {
    #expect(MessageDigest.hex(Array("foobar".utf8)) == "666f6f626172")
    #expect(MessageDigest.hex([0, 0x0f, 0xf0, 0xff]) == "000ff0ff")
  }

  /// The messages of the reference vectors (key 00 01 … 0f, message of n bytes 00 01 …) for SipHash-1-3, as in the test
  /// suites of Rust and Swift. The words of a message are combined here as the algorithm says, the length in the last one.
  @Test func `the keyed hash agrees with SipHash-1-3`() {
    for (count, expected) in Self.sipHash.enumerated() {
      let message = (0..<count).map { UInt64($0) }
      var hash = KeyedHash(key: Array(0..<16))
      for start in stride(from: 0, through: count, by: 8) {
        let bytes = message[start..<min(start + 8, count)]
        var word: UInt64 = bytes.enumerated().reduce(0) { $0 | $1.element << UInt64(8 * $1.offset) }
        if bytes.count < 8 { word |= UInt64(count) << 56 }
        hash.combine(word)
      }
      #expect(hash.value == expected, "\(count) bytes")
    }
  }

  @Test func `the keyed hash depends on the key, on every byte and on where strings end`() {
    func hash(_ texts: [String], key: [UInt8] = Array(0..<16)) -> UInt64 {
      var hash = KeyedHash(key: key)
      for text in texts { hash.combine(text) }
      return hash.value
    }
    let values = [
      hash([]), hash([""]), hash(["", ""]), hash(["ab"]), hash(["a", "b"]), hash(["b", "a"]), hash(["ab", ""]),
      hash(["12345678"]), hash(["123456789"]), hash(["123456780"]), hash(["12345678", "9"]), hash(["a\0"]), hash(["a"]),
      hash(["ab"], key: Array(1..<17)), hash(["ab"], key: []),
    ]
    #expect(Set(values).count == values.count)
  }

  private static let sipHash: [UInt64] = [
    0xabac_0158_050f_c4dc, 0xc9f4_9bf3_7d57_ca93, 0x82cb_9b02_4dc7_d44d, 0x8bf8_0ab8_e7dd_f7fb,
    0xcf75_5760_88d3_8328, 0xdef9_d52f_4953_3b67, 0xc50d_2b50_c59f_22a7, 0xd392_7d98_9bb1_1140,
    0x3690_9511_8d29_9a8e, 0x25a4_8eb3_6c06_3de4, 0x79de_85ee_92ff_097f, 0x70c1_18c1_f94d_c352,
    0x78a3_84b1_57b4_d9a2, 0x306f_760c_1229_ffa7, 0x605a_a111_c0f9_5d34, 0xd320_d86d_2a51_9956,
    0xcc4f_dd1a_7d90_8b66, 0x9cf2_6890_63db_d80c, 0x8ffc_389c_b473_e63e, 0xf21f_9de5_8d29_7d1c,
    0xc0dc_2f46_a6cc_e040, 0xb992_abfe_2b45_f844, 0x7ffe_7b9b_a320_872e, 0x525a_0e7f_dae6_c123,
    0xf464_aeb2_6734_9c8c, 0x45cd_5928_705b_0979, 0x3a3e_35e3_ca99_13a5, 0xa91d_c74e_4ade_3b35,
    0xfb0b_ed02_ef6c_d00d, 0x88d9_3cb4_4ab1_e1f4, 0x540f_11d6_43c5_e663, 0x2370_dd1f_8c21_d1bc,
    0x8115_7b6c_16a7_b60d, 0x4d54_b9e5_7a8f_f9bf, 0x759f_1278_1f2a_753e, 0xcea1_a3be_bf18_6b91,
    0x2cf5_08d3_ada2_6206, 0xb610_1c2d_a3c3_3057, 0xb3f4_7496_ae3a_36a1, 0x626b_5754_7b10_8392,
    0xc1d2_3632_99e4_1531, 0x667c_c192_3f1a_d944, 0x6570_4ffe_c813_8825, 0x24f2_80d1_c289_49a6,
    0xc2ca_1ced_faf8_876b, 0xc216_4bfc_9f04_2196, 0xa16e_9c93_68b1_d623, 0x49fb_169c_8b51_14fd,
    0x9f31_43f8_df07_4c46, 0xc6fd_af24_12cc_86b3, 0x7eaf_49d1_0a52_098f, 0x1cf3_1355_9d29_2f9a,
    0xc44a_30dd_a2f4_1f12, 0x36fa_e989_43a7_1ed0, 0x318f_b34c_73f0_bce6, 0xa27a_bf36_70a7_e980,
    0xb4bc_c0db_243c_6d75, 0x23f8_d852_fdb7_1513, 0x8f03_5f4d_a67d_8a08, 0xd89c_d0e5_b7e8_f148,
    0xf6f4_e6bc_f7a6_44ee, 0xaec5_9ad8_0f18_37f2, 0xc3b2_f615_4b66_94e0, 0x9d19_9062_b7bb_b3a8,
  ]
}
