variable "v" { default = 1 }
locals { i = var.v - 1 }
resource "terraform_data" "t0_abc_bac" { input = [["a", "b", "c"], ["b", "a", "c"]][local.i] }
resource "terraform_data" "l0_abc_bac" { input = [join("\n",["a", "b", "c"]), join("\n",["b", "a", "c"])][local.i] }
resource "terraform_data" "t1_abc_bad" { input = [["a", "b", "c"], ["b", "a", "d"]][local.i] }
resource "terraform_data" "l1_abc_bad" { input = [join("\n",["a", "b", "c"]), join("\n",["b", "a", "d"])][local.i] }
resource "terraform_data" "t2_ab_ba" { input = [["a", "b"], ["b", "a"]][local.i] }
resource "terraform_data" "l2_ab_ba" { input = [join("\n",["a", "b"]), join("\n",["b", "a"])][local.i] }
resource "terraform_data" "t3_aab_abb" { input = [["a", "a", "b"], ["a", "b", "b"]][local.i] }
resource "terraform_data" "l3_aab_abb" { input = [join("\n",["a", "a", "b"]), join("\n",["a", "b", "b"])][local.i] }
resource "terraform_data" "t4_abcd_badc" { input = [["a", "b", "c", "d"], ["b", "a", "d", "c"]][local.i] }
resource "terraform_data" "l4_abcd_badc" { input = [join("\n",["a", "b", "c", "d"]), join("\n",["b", "a", "d", "c"])][local.i] }
resource "terraform_data" "t5_abc_cab" { input = [["a", "b", "c"], ["c", "a", "b"]][local.i] }
resource "terraform_data" "l5_abc_cab" { input = [join("\n",["a", "b", "c"]), join("\n",["c", "a", "b"])][local.i] }
resource "terraform_data" "t6_abcde_bcdea" { input = [["a", "b", "c", "d", "e"], ["b", "c", "d", "e", "a"]][local.i] }
resource "terraform_data" "l6_abcde_bcdea" { input = [join("\n",["a", "b", "c", "d", "e"]), join("\n",["b", "c", "d", "e", "a"])][local.i] }
resource "terraform_data" "t7_abcd_bcda" { input = [["a", "b", "c", "d"], ["b", "c", "d", "a"]][local.i] }
resource "terraform_data" "l7_abcd_bcda" { input = [join("\n",["a", "b", "c", "d"]), join("\n",["b", "c", "d", "a"])][local.i] }
resource "terraform_data" "t8_abcd_acbe" { input = [["a", "b", "c", "d"], ["a", "c", "b", "e"]][local.i] }
resource "terraform_data" "l8_abcd_acbe" { input = [join("\n",["a", "b", "c", "d"]), join("\n",["a", "c", "b", "e"])][local.i] }
resource "terraform_data" "t9_aab_aba" { input = [["a", "a", "b"], ["a", "b", "a"]][local.i] }
resource "terraform_data" "l9_aab_aba" { input = [join("\n",["a", "a", "b"]), join("\n",["a", "b", "a"])][local.i] }
resource "terraform_data" "n" { input = [{é=1},{é=2}][local.i] }
resource "terraform_data" "o1" { input = [[{a=1},{a=2}],[{a=2},{a=1}]][local.i] }
resource "terraform_data" "o2" { input = [[{a=1},{a=2},{a=3}],[{a=0},{a=1},{a=2},{a=3}]][local.i] }
resource "terraform_data" "m" { input = [[[1,2],[3]],[[1,2,3],[3],[4]]][local.i] }
output "x" {
  value = "x"
}
