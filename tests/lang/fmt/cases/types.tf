variable "a" { type="string" }
variable "b" { type="list" }
variable "c" { type="map" }
variable "d" { type="bool" }
variable "e" { type=list }
variable "f" { type=map }
variable "g" { type=set }
variable "h" { type=string }
variable "i" { type=any }
variable "j" { type=list(string) }
variable "k" {
type=object({
a=string,b=optional(number,1)
c=list( map(any) )
})
default={}
}
variable l { type = /* c */ "string" // d
}
variable "m" { type="${string}" }
variable "n" { type=("string") }
variable "o" { type="set" }
variable "p" { type="" }
variable "q" { type="$" }
variable "r" {
type="string"
validation { type="string" }
}
output "s" { type="string" }
type="string"
variable { type="list" }
variable "t" "u" { type="map" }
