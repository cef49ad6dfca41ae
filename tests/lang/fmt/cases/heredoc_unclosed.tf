a=<<EOT
x