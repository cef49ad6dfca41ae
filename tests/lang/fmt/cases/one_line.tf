a {b=1}
c{d={e=1}}
f { g=[1,2,{h=1}] }
i { j="${k}" }
l { m=n }   # c
o { p = <<EOT
x
EOT
}
